import { countIndex } from '@holdfast/shared';
import { type ErrorSource, ResilienceError } from '../../errors.ts';
import { describeConfig } from '../../options/describe-config.ts';
import type { Runtime } from '../../runtime.ts';
import type { Meter } from '../../telemetry/meter.ts';
import { type DeadlineList, deadlinesOf } from '../../time/deadlines.ts';
import { countCancelled } from '../circuit-breaker/gate.ts';
import { meterOf, siteOf, sourceOf } from '../site.ts';
import { Fifo } from './fifo.ts';
import { type QueueOptions, type QueueSettings, readQueueOptions } from './options.ts';
import { Wait } from './wait.ts';

export type { QueueOptions } from './options.ts';

/** How a `put` or `take` can be given up. */
export interface QueueWaitOptions {
  /** When it aborts, the wait ends at once with its reason. */
  readonly signal?: AbortSignal;
}

/** Throws a `TypeError` or `RangeError` for wrong options. */
export function createQueue<T>(runtime: Runtime, name: string, options: QueueOptions): Queue<T> {
  return new Queue(runtime, name, readQueueOptions(options, ''));
}

/**
 * A queue between those who make work and those who do it, with an end to it: when it is full, `put` waits
 * and `offer` refuses. Items, waiting puts and waiting takes each keep their order. An item counts when it is
 * taken, with the time that it has waited; one that is turned away or given up counts at once.
 */
export class Queue<T> implements AsyncIterable<T> {
  readonly name: string;
  readonly capacity: number;
  readonly #runtime: Runtime;
  readonly #settings: QueueSettings;
  readonly #source: ErrorSource;
  readonly #meter: Meter;
  readonly #waitLimit: DeadlineList | undefined;
  readonly #items = new Fifo<Item<T>>();
  readonly #puts = new Set<Wait<Item<T>, void>>();
  readonly #takes = new Set<Wait<undefined, Item<T> | undefined>>();
  #isClosed = false;
  #drained: () => void = () => {};

  /** `settings` are checked options. */
  constructor(runtime: Runtime, name: string, settings: QueueSettings) {
    const site = siteOf(runtime, name, undefined);
    const { capacity, maxWaitMs } = settings;
    this.name = name;
    this.capacity = capacity;
    this.#runtime = runtime;
    this.#settings = settings;
    this.#source = sourceOf(site, 'queue');
    this.#waitLimit =
      maxWaitMs === undefined ? undefined : deadlinesOf(runtime.clock, maxWaitMs, { keepsAlive: true });
    this.#meter = meterOf(site, {
      kind: 'queue',
      config: describeConfig(settings),
      gauges: () => ({ queue_length: this.length + this.#puts.size, limit: capacity }),
    });
  }

  /** Items that can be taken. */
  get length(): number {
    return this.#items.length;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /**
   * Resolves when the item is in the queue. Rejects with `HOLDFAST_QUEUE_FULL` where there was no room within
   * `maxWaitMs`, where too many wait already, or where the queue is closed; with the signal's reason where
   * that aborts first.
   */
  put(item: T, { signal }: QueueWaitOptions = {}): Promise<void> {
    if (signal?.aborted) {
      countCancelled(this.#meter);
      return Promise.reject(signal.reason);
    }
    const { maxWaitMs, maxWaitingPuts } = this.#settings;
    const entry = { item, sinceMs: this.#nowMs() };
    if (this.#accept(entry)) return Promise.resolve();
    if (this.#isClosed) return Promise.reject(this.#rejection('is closed'));
    if (maxWaitMs === 0) return Promise.reject(this.#rejection('is full'));
    if (this.#puts.size >= maxWaitingPuts)
      return Promise.reject(this.#rejection('is full, and too many wait for room'));
    return new Promise((resolve, reject) => {
      const wait = new Wait(entry, { resolve, reject, signal, line: this.#puts });
      wait.onGivenUp = () => countCancelled(this.#meter);
      wait.onExpired = () => this.#rejection(`had no room within ${maxWaitMs} ms`);
      wait.begin();
      this.#waitLimit?.add(wait, entry.sinceMs);
    });
  }

  /** Takes the item where there is room at once. False where there is none, and where the queue is closed. */
  offer(item: T): boolean {
    if (this.#accept({ item, sinceMs: this.#nowMs() })) return true;
    this.#countRejected();
    return false;
  }

  /**
   * Resolves with the next item, or with `undefined` when the queue is closed and empty. Rejects with the
   * signal's reason where that aborts first.
   */
  async take(options?: QueueWaitOptions): Promise<T | undefined> {
    return (await this.#next(options))?.item;
  }

  /** The items until the queue is closed and empty. Several loops share them. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for (let next = await this.#next(); next !== undefined; next = await this.#next()) yield next.item;
  }

  /** Lets nothing more in. Resolves when all that is in it, or waits for room, has been taken. */
  close(): Promise<void> {
    this.#isClosed = true;
    for (const take of this.#takes) take.resolve(undefined);
    if (this.length === 0) return Promise.resolve();
    const before = this.#drained;
    return new Promise((resolve) => {
      this.#drained = () => {
        before();
        resolve();
      };
    });
  }

  #nowMs(): number {
    return this.#runtime.clock.monotonic();
  }

  /** Hands the item to who waits for one, or keeps it where there is room. */
  #accept(entry: Item<T>): boolean {
    if (this.#isClosed) return false;
    for (const take of this.#takes) {
      this.#countTaken(entry);
      take.resolve(entry);
      return true;
    }
    if (this.length >= this.capacity) return false;
    this.#items.push(entry);
    return true;
  }

  #next({ signal }: QueueWaitOptions = {}): Promise<Item<T> | undefined> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    const entry = this.#items.shift();
    if (entry !== undefined) {
      this.#countTaken(entry);
      this.#refill();
      return Promise.resolve(entry);
    }
    if (this.#isClosed) return Promise.resolve(undefined);
    return new Promise((resolve, reject) => {
      new Wait(undefined, { resolve, reject, signal, line: this.#takes }).begin();
    });
  }

  /** The first that waits for room has it now. */
  #refill(): void {
    for (const put of this.#puts) {
      this.#items.push(put.value);
      put.resolve(undefined);
      return;
    }
    if (this.#isClosed && this.length === 0) this.#drained();
  }

  #countTaken({ sinceMs }: Item<T>): void {
    this.#meter.count(countIndex.success);
    this.#meter.time(this.#nowMs() - sinceMs);
  }

  #countRejected(): void {
    this.#meter.count(countIndex.rejected);
    this.#meter.count(countIndex.class_rejected);
  }

  #rejection(why: string): ResilienceError {
    this.#countRejected();
    const message = `queue "${this.name}" ${why}`;
    return new ResilienceError({ code: 'HOLDFAST_QUEUE_FULL', message, source: this.#source });
  }
}

interface Item<T> {
  readonly item: T;
  readonly sinceMs: number;
}
