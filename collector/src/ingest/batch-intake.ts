import {
  type AgentIdentity,
  type Batch,
  closeCodes,
  type DictionaryAddition,
  type DictionaryMessage,
  wireLimits,
} from '@holdfast/shared';
import type { Pending } from '../journal/journal.ts';
import type { AgentConnection, ConnectionHost } from './connection.ts';
import { throttlesAt } from './overload.ts';
import { seqOfUnreadable } from './seq-of-unreadable.ts';

/** Whoever carries the agent's frames. */
export type IntakeConnection = Pick<AgentConnection, 'send' | 'close' | 'refuse' | 'giveUp' | 'resume'>;

export interface BatchIntakeOptions {
  readonly agent: AgentIdentity;
  readonly host: Pick<ConnectionHost, 'journal' | 'noteStranger' | 'seals'>;
  readonly connection: IntakeConnection;
  /** The highest sequence number that is durable. */
  readonly stored: number;
  /** How many resources were introduced. */
  readonly dictionarySize: number;
}

/** Frames without a sequence number that are borne before the connection is closed. */
const strayLimit = 16;

/**
 * Takes an agent's batches in their order, each once: the next is put in line for the log, one that came
 * before is acknowledged again, and a gap ends the connection, after which the agent sends again what is not
 * stored.
 */
export class BatchIntake {
  private readonly options: BatchIntakeOptions;
  /** The highest sequence number that was put in line. */
  private accepted: number;
  private durable: number;
  private introduced: number;
  private isAckDue = false;
  private strayCount = 0;
  private onTheWay = 0;
  /** From then on nothing is taken: a later batch must not raise the watermark past one that is missing. */
  private hasFailed = false;
  private onSettled: () => void = () => {};

  constructor(options: BatchIntakeOptions) {
    this.options = options;
    this.accepted = options.stored;
    this.durable = options.stored;
    this.introduced = options.dictionarySize;
  }

  /** The highest sequence number that is durable. */
  get stored(): number {
    return this.durable;
  }

  /** How many resources were introduced. */
  get dictionarySize(): number {
    return this.introduced;
  }

  /** Whether more waits for the log than an agent may have on the way. */
  get isFull(): boolean {
    return this.accepted - this.durable > wireLimits.windowBatches;
  }

  /** Resolves once all that was put in line is durable and folded, or has failed. */
  async settled(): Promise<void> {
    if (this.onTheWay > 0) await new Promise<void>((resolve) => (this.onSettled = resolve));
  }

  takeBatch(batch: Batch, frame: Buffer): void {
    if (!this.isNext(batch.seq, frame)) return;
    const { agent, host, connection } = this.options;
    const problem = strangerIn(batch, this.introduced);
    if (problem !== undefined) {
      if (host.noteStranger(agent, batch.seq)) this.bury(frame, problem, batch.seq);
      else connection.refuse(problem); // as it reconnects, the agent introduces its resources again
      return;
    }
    this.introduced = sizeAfter(this.introduced, batch.dictionary);
    this.accepted = batch.seq;
    host.seals.note(agent, batch.seq, frame);
    this.append({
      fact: { type: 'batch', agent, batch },
      frame,
      stored: () => this.acknowledge(batch.seq),
    });
  }

  takeDictionary({ type, ...dictionary }: DictionaryMessage): void {
    const { agent, connection } = this.options;
    if (dictionary.from > this.introduced) {
      return connection.refuse(`resources ${this.introduced} to ${dictionary.from - 1} are left out`);
    }
    this.introduced = sizeAfter(this.introduced, dictionary);
    this.append({ fact: { type, agent, dictionary } });
  }

  /** A frame that cannot be read is kept apart, and must not hold up what comes behind it. */
  refuseFrame(frame: Buffer, problem: string): void {
    const seq = seqOfUnreadable(frame);
    if (seq !== undefined) {
      if (this.isNext(seq, frame)) this.bury(frame, problem, seq);
      return;
    }
    this.bury(frame, problem);
    this.strayCount++;
    if (this.strayCount >= strayLimit) this.options.connection.refuse('too many frames that cannot be read');
  }

  private isNext(seq: number, frame: Buffer): boolean {
    if (seq === this.accepted + 1) return true;
    if (seq <= this.accepted) this.takeAgain(seq, frame);
    else this.options.connection.close(closeCodes.gap, `batch ${seq} came before batch ${this.accepted + 1}`);
    return false;
  }

  private takeAgain(seq: number, frame: Buffer): void {
    const { agent, host } = this.options;
    const problem = `batch ${seq} came before with other bytes: two processes have one identity`;
    if (host.seals.differs(agent, seq, frame)) this.keepApart(frame, problem, seq);
    else this.acknowledge(this.durable);
  }

  private bury(frame: Buffer, problem: string, seq?: number): void {
    const { agent, host } = this.options;
    if (seq !== undefined) {
      this.accepted = seq;
      host.seals.note(agent, seq, frame);
    }
    this.keepApart(frame, problem, seq);
  }

  private keepApart(frame: Buffer, problem: string, seq?: number): void {
    const { agent, connection } = this.options;
    this.append({
      fact: { type: 'refused', agent, seq: seq ?? 0, problem },
      frame,
      stored: () => {
        connection.send({ type: 'refused', problem, ...(seq === undefined ? {} : { seq }) });
        this.acknowledge(seq ?? this.durable);
      },
    });
  }

  private append(pending: Pick<Pending, 'fact' | 'frame' | 'stored'>): void {
    if (this.hasFailed) return;
    this.onTheWay++;
    this.options.host.journal.append({
      ...pending,
      folded: () => this.settle(),
      failed: (error) => this.fail(error),
      isVoid: () => this.hasFailed,
    });
  }

  private fail(error: unknown): void {
    if (!this.hasFailed) this.options.connection.giveUp(error);
    this.hasFailed = true;
    this.settle();
  }

  private settle(): void {
    this.onTheWay--;
    if (this.onTheWay === 0) this.onSettled();
  }

  /** One acknowledgement for all batches of a group. */
  private acknowledge(stored: number): void {
    this.durable = Math.max(this.durable, stored);
    if (this.isAckDue) return;
    this.isAckDue = true;
    queueMicrotask(() => {
      this.isAckDue = false;
      const { connection, host } = this.options;
      connection.send({ type: 'ack', stored: this.durable, ...throttlesAt(host.journal.load) });
      if (!this.isFull && !host.journal.isCongested) connection.resume();
    });
  }
}

function sizeAfter(size: number, dictionary: DictionaryAddition | undefined): number {
  return dictionary === undefined ? size : Math.max(size, dictionary.from + dictionary.add.length);
}

/** The problem with a batch that speaks of resources which were never introduced. */
function strangerIn(batch: Batch, known: number): string | undefined {
  const { dictionary, rollups, rows, levels, events, errors = [] } = batch;
  if (dictionary !== undefined && dictionary.from > known) {
    return `resources ${known} to ${dictionary.from - 1} were never introduced`;
  }
  let highest = -1;
  const numbers = (rows ?? rollups)?.resource ?? [];
  for (let row = 0; row < numbers.length; row++) highest = Math.max(highest, numbers[row] ?? -1);
  const { breakers = [], health = [] } = levels ?? {};
  for (const { resource } of [...events, ...errors, ...breakers, ...health])
    highest = Math.max(highest, resource ?? -1);
  return highest < sizeAfter(known, dictionary) ? undefined : `resource ${highest} was never introduced`;
}
