import {
  type AgentIdentity,
  type Batch,
  closeCodes,
  type DictionaryAddition,
  type DictionaryMessage,
  wireLimits,
} from '@holdfast/shared';
import type { AgentConnection, ConnectionHost } from './connection.ts';
import { seqOfUnreadable } from './seq-of-unreadable.ts';

export interface BatchIntakeOptions {
  readonly agent: AgentIdentity;
  readonly host: Pick<ConnectionHost, 'journal' | 'noteStranger'>;
  readonly connection: Pick<AgentConnection, 'send' | 'close' | 'refuse' | 'giveUp' | 'resume'>;
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
  private stored: number;
  private dictionarySize: number;
  private isAckDue = false;
  private strayCount = 0;

  constructor(options: BatchIntakeOptions) {
    this.options = options;
    this.accepted = options.stored;
    this.stored = options.stored;
    this.dictionarySize = options.dictionarySize;
  }

  /** Whether more waits for the log than an agent may have on the way. */
  get isFull(): boolean {
    return this.accepted - this.stored > wireLimits.windowBatches;
  }

  takeBatch(batch: Batch, frame: Buffer): void {
    if (!this.isNext(batch.seq)) return;
    const { agent, host, connection } = this.options;
    const problem = strangerIn(batch, this.dictionarySize);
    if (problem !== undefined) {
      if (host.noteStranger(agent, batch.seq)) this.bury(frame, problem, batch.seq);
      else connection.refuse(problem); // as it reconnects, the agent introduces its resources again
      return;
    }
    this.dictionarySize = sizeAfter(this.dictionarySize, batch.dictionary);
    this.accepted = batch.seq;
    host.journal.append({
      fact: { type: 'batch', agent, batch },
      frame,
      stored: () => this.acknowledge(batch.seq),
      failed: (error) => connection.giveUp(error),
    });
  }

  takeDictionary({ type, ...dictionary }: DictionaryMessage): void {
    const { agent, host, connection } = this.options;
    if (dictionary.from > this.dictionarySize) {
      return connection.refuse(`resources ${this.dictionarySize} to ${dictionary.from - 1} are left out`);
    }
    this.dictionarySize = sizeAfter(this.dictionarySize, dictionary);
    host.journal.append({
      fact: { type, agent, dictionary },
      failed: (error) => connection.giveUp(error),
    });
  }

  /** A frame that cannot be read is kept apart, and must not hold up what comes behind it. */
  refuseFrame(frame: Buffer, problem: string): void {
    const seq = seqOfUnreadable(frame);
    if (seq !== undefined) {
      if (this.isNext(seq)) this.bury(frame, problem, seq);
      return;
    }
    this.bury(frame, problem);
    this.strayCount++;
    if (this.strayCount >= strayLimit) this.options.connection.refuse('too many frames that cannot be read');
  }

  private isNext(seq: number): boolean {
    if (seq === this.accepted + 1) return true;
    if (seq <= this.accepted) this.acknowledge(this.stored);
    else this.options.connection.close(closeCodes.gap, `batch ${seq} came before batch ${this.accepted + 1}`);
    return false;
  }

  private bury(frame: Buffer, problem: string, seq?: number): void {
    const { agent, host, connection } = this.options;
    if (seq !== undefined) this.accepted = seq;
    host.journal.append({
      fact: { type: 'refused', agent, seq: seq ?? 0, problem },
      frame,
      stored: () => {
        connection.send({ type: 'refused', problem, ...(seq === undefined ? {} : { seq }) });
        this.acknowledge(seq ?? this.stored);
      },
      failed: (error) => connection.giveUp(error),
    });
  }

  /** One acknowledgement for all batches of a group. */
  private acknowledge(stored: number): void {
    this.stored = Math.max(this.stored, stored);
    if (this.isAckDue) return;
    this.isAckDue = true;
    queueMicrotask(() => {
      this.isAckDue = false;
      this.options.connection.send({ type: 'ack', stored: this.stored });
      if (!this.isFull && !this.options.host.journal.isCongested) this.options.connection.resume();
    });
  }
}

function sizeAfter(size: number, dictionary: DictionaryAddition | undefined): number {
  return dictionary === undefined ? size : Math.max(size, dictionary.from + dictionary.add.length);
}

/** The problem with a batch that speaks of resources which were never introduced. */
function strangerIn(batch: Batch, known: number): string | undefined {
  const { dictionary, rollups, levels, events } = batch;
  if (dictionary !== undefined && dictionary.from > known) {
    return `resources ${known} to ${dictionary.from - 1} were never introduced`;
  }
  let highest = -1;
  for (const resource of rollups?.resource ?? []) highest = Math.max(highest, resource);
  for (const { resource } of [...events, ...(levels?.breakers ?? []), ...(levels?.health ?? [])]) {
    highest = Math.max(highest, resource ?? -1);
  }
  return highest < sizeAfter(known, dictionary) ? undefined : `resource ${highest} was never introduced`;
}
