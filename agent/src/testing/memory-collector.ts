import {
  type AgentMessage,
  type Applied,
  type Batch,
  type BreakerOverride,
  type Clock,
  type CollectorMessage,
  type CountColumn,
  countColumns,
  type DesiredState,
  type FlagLevel,
  type FlagOverride,
  fromColumns,
  type Hello,
  type ResilienceEvent,
  type ResourceDescriptor,
  type ResourceKind,
  type Rollup,
  readAgentMessage,
  type Throttles,
  wireLimits,
} from '@holdfast/shared';
import type { Link, LinkListener, Transport } from '../stream/transport.ts';
import { systemClock } from '../time/system-clock.ts';

/** What the collector keeps of one run of an agent. */
interface Run {
  stored: number;
  dictionary: ResourceDescriptor[];
}

interface Connection {
  readonly listener: LinkListener;
  /** Frames that came while it stalled. */
  readonly held: string[];
  epoch: string | undefined;
  isOpen: boolean;
}

type Mode = 'accept' | 'refuse' | 'stall' | 'lose_answers';

/**
 * A collector for tests, in memory and without sockets: `createAgent({ collector: new MemoryCollector() })`.
 * It reads, stores once and acknowledges as the real one does, and shows what it got.
 */
export class MemoryCollector implements Transport {
  /** The greetings, one for each connection. */
  readonly hellos: Hello[] = [];
  /** Each batch once, in order, however often it was sent. */
  readonly batches: Batch[] = [];
  readonly applied: Applied[] = [];
  /** Whether the last agent that left said good-bye. */
  saidBye = false;
  /** How often agents tried to connect. */
  attemptCount = 0;
  /** How many batches came again after they were stored. */
  repeatedCount = 0;
  /** What agents are asked to spare it, with every acknowledgement: for how many milliseconds, by class. */
  throttles: Throttles = {};
  /** What did not parse or came out of order, in words. */
  readonly problems: string[] = [];
  readonly #clock: Clock;
  readonly #runs = new Map<string, Run>();
  readonly #connections = new Set<Connection>();
  #mode: Mode = 'accept';
  #desired: DesiredState = { version: 0, flags: [], breakers: [] };

  /** `clock` is what it tells agents as its own time. Default: the real time. */
  constructor({ clock = systemClock }: { readonly clock?: Clock } = {}) {
    this.#clock = clock;
  }

  /** From now on connections fail, and those that are open end. */
  refuse(): void {
    this.#mode = 'refuse';
    this.drop();
  }

  /** From now on it takes everything and answers nothing, until `accept`. */
  stall(): void {
    this.#mode = 'stall';
  }

  /** From now on it takes and stores everything, and its answers are lost, until `accept`. */
  loseAnswers(): void {
    this.#mode = 'lose_answers';
  }

  /** As usual again. What came while it stalled is read now. */
  accept(): void {
    this.#mode = 'accept';
    for (const connection of this.#connections) {
      for (const frame of connection.held.splice(0)) this.#receive(connection, frame);
    }
  }

  /** Cuts the open connections. */
  drop(reason = 'cut by the test'): void {
    for (const connection of this.#connections) this.#end(connection, reason);
  }

  /** Sends a frame to every agent, whatever it holds. */
  say(frame: string): void {
    for (const connection of this.#connections) this.#deliver(connection, frame);
  }

  /** Sends every agent away for a while. */
  goAway(reconnectAfterMs: number, reason = 'restarting'): void {
    this.#broadcast({ type: 'goaway', reconnectAfterMs, reason });
  }

  /** Forgets resources beyond the first `size` of every agent, as one restored from a backup would. */
  forget(size = 0): void {
    for (const run of this.#runs.values()) run.dictionary.length = Math.min(run.dictionary.length, size);
  }

  /** Replaces desired state, whole, and tells the agents. */
  desire(wish: {
    readonly flags?: readonly FlagOverride[];
    readonly breakers?: readonly BreakerOverride[];
  }): void {
    const { flags = [], breakers = [] } = wish;
    this.#desired = { version: this.#desired.version + 1, flags, breakers };
    this.#broadcast({ type: 'desired', desired: this.#desired });
  }

  /** How many agents are connected. */
  get connectionCount(): number {
    return [...this.#connections].filter(({ isOpen }) => isOpen).length;
  }

  get events(): readonly ResilienceEvent[] {
    return this.batches.flatMap((batch) => batch.events);
  }

  get rollups(): readonly Rollup[] {
    return this.batches.flatMap((batch) => (batch.rollups === undefined ? [] : fromColumns(batch.rollups)));
  }

  /** The last level of each flag. */
  get flags(): ReadonlyMap<string, FlagLevel> {
    const levels = this.batches.flatMap((batch) => batch.levels?.flags ?? []);
    return new Map(levels.map((level) => [level.flag, level]));
  }

  /** The resources of the agent that greeted last, by their number. */
  get resources(): readonly ResourceDescriptor[] {
    return this.#runs.get(this.hellos.at(-1)?.epoch ?? '')?.dictionary ?? [];
  }

  /** All that was counted of a resource of the agent that greeted last. Counters that stayed 0 are absent. */
  totals(kind: ResourceKind, name: string): Readonly<Partial<Record<CountColumn, number>>> {
    const number = this.resources.findIndex((resource) => resource.kind === kind && resource.name === name);
    const totals: Partial<Record<CountColumn, number>> = {};
    for (const rollup of this.rollups.filter(({ resource }) => resource === number)) {
      countColumns.forEach((column, index) => {
        const count = rollup.counts[index] ?? 0;
        if (count > 0) totals[column] = (totals[column] ?? 0) + count;
      });
    }
    return totals;
  }

  connect(listener: LinkListener): Link {
    const connection: Connection = { listener, held: [], epoch: undefined, isOpen: true };
    this.#connections.add(connection);
    this.attemptCount += 1;
    queueMicrotask(() => {
      if (this.#mode === 'refuse') this.#end(connection, 'refused by the test');
      else if (connection.isOpen) listener.opened();
    });
    return {
      bufferedBytes: 0,
      send: (frame) => {
        const text = new TextDecoder().decode(frame);
        queueMicrotask(() => this.#receive(connection, text));
      },
      close: () => {
        connection.isOpen = false;
        queueMicrotask(() => this.#connections.delete(connection));
      },
      keepAlive: () => {},
    };
  }

  #receive(connection: Connection, frame: string): void {
    if (this.#mode === 'stall') {
      connection.held.push(frame);
      return;
    }
    if (!this.#connections.has(connection)) return;
    const read = readAgentMessage(frame);
    if (!read.ok) return this.#bury(connection, frame, read.problem);
    if (frame.length > wireLimits.batchBytes) this.problems.push(`a frame of ${frame.length} characters`);
    this.#take(connection, read.value);
  }

  /** What cannot be read is refused; a batch is taken for stored all the same, or it would come for ever. */
  #bury(connection: Connection, frame: string, problem: string): void {
    const run = this.#runOf(connection);
    const seq = Number(/^\{"type":"batch","seq":(\d+)/.exec(frame)?.[1]);
    if (seq !== run.stored + 1) return this.#refuse(connection, problem);
    run.stored = seq;
    this.problems.push(problem);
    this.#send(connection, { type: 'refused', problem, seq });
    this.#send(connection, { type: 'ack', stored: seq });
  }

  #take(connection: Connection, message: AgentMessage): void {
    switch (message.type) {
      case 'hello':
        return this.#welcome(connection, message);
      case 'batch':
        return this.#store(connection, message);
      case 'dictionary':
        return this.#introduce(connection, message);
      case 'applied':
        this.applied.push(message);
        return;
      case 'ping':
        return this.#send(connection, { type: 'pong', sentAt: message.sentAt, now: this.#clock.now() });
      case 'bye':
        this.saidBye = true;
    }
  }

  #welcome(connection: Connection, hello: Hello): void {
    this.hellos.push(hello);
    this.saidBye = false;
    connection.epoch = hello.epoch;
    const run = this.#runOf(connection);
    this.#send(connection, {
      type: 'welcome',
      stored: run.stored,
      dictionarySize: run.dictionary.length,
      limits: { batchBytes: wireLimits.batchBytes, windowBatches: wireLimits.windowBatches },
      heartbeatMs: 15_000,
      now: this.#clock.now(),
      ...(hello.desiredVersion === this.#desired.version ? {} : { desired: this.#desired }),
    });
  }

  #store(connection: Connection, batch: Batch): void {
    const run = this.#runOf(connection);
    if (batch.seq > run.stored + 1)
      return this.#refuse(connection, `a gap: batch ${batch.seq} after batch ${run.stored}`);
    if (batch.seq === run.stored + 1) {
      run.stored = batch.seq;
      this.batches.push(batch);
      if (batch.dictionary !== undefined) this.#introduce(connection, batch.dictionary);
    } else {
      this.repeatedCount += 1;
    }
    this.#send(connection, { type: 'ack', stored: run.stored, throttles: this.throttles });
  }

  #introduce(
    connection: Connection,
    { from, add }: { from: number; add: readonly ResourceDescriptor[] },
  ): void {
    const { dictionary } = this.#runOf(connection);
    if (from > dictionary.length) this.problems.push(`resource ${from} came after ${dictionary.length}`);
    dictionary.splice(from, add.length, ...add);
  }

  #runOf({ epoch = '' }: Connection): Run {
    const run = this.#runs.get(epoch) ?? { stored: 0, dictionary: [] };
    this.#runs.set(epoch, run);
    return run;
  }

  #refuse(connection: Connection, problem: string): void {
    this.problems.push(problem);
    this.#send(connection, { type: 'refused', problem });
  }

  #broadcast(message: CollectorMessage): void {
    for (const connection of this.#connections) {
      if (connection.epoch !== undefined) this.#send(connection, message);
    }
  }

  #send(connection: Connection, message: CollectorMessage): void {
    this.#deliver(connection, JSON.stringify(message));
  }

  #deliver(connection: Connection, text: string): void {
    queueMicrotask(() => {
      if (connection.isOpen && this.#mode === 'accept') connection.listener.frame(text);
    });
  }

  #end(connection: Connection, reason: string): void {
    this.#connections.delete(connection);
    if (!connection.isOpen) return;
    connection.isOpen = false;
    queueMicrotask(() => connection.listener.closed({ reason }));
  }
}
