import { countIndex, type ErrorClass, show } from '@holdfast/shared';
import { noteError } from '../../classification/error-log.ts';
import { describeConfig } from '../../options/describe-config.ts';
import type { Runtime } from '../../runtime.ts';
import type { Meter } from '../../telemetry/meter.ts';
import { type CallOptions, type Executor, type Guarded, inPlaceOf } from '../call.ts';
import { countCancelled } from '../circuit-breaker/gate.ts';
import { outcomeOf } from '../failure.ts';
import { follow, unfollow } from '../follow.ts';
import { mistakeIn } from '../mistake.ts';
import { meterOf, siteOf } from '../site.ts';
import { Flight, type Passenger } from './flight.ts';
import { KeySpace } from './key-of.ts';
import { Lru } from './lru.ts';
import { type CacheOptions, type CacheSettings, readCacheOptions } from './options.ts';

/** Keeps answers for a while, and lets calls for the same thing share one flight. */
export interface Cache extends Executor {
  /** How many answers are kept. */
  readonly size: number;
  /** Needs the `key` of what is asked for in its options; rejects with a `TypeError` without one. */
  execute<T>(fn: Guarded<T>, options?: CallOptions): Promise<T>;
  /**
   * Takes the key from the arguments. Without `keyOf` they must all be strings, numbers, booleans or nothing:
   * other calls reject with a `TypeError`; and each function, and each `this`, has keys of its own.
   */
  wrap<This, A extends unknown[], T>(
    fn: (this: This, ...args: A) => T | PromiseLike<T>,
    options?: { readonly keyOf?: (this: This, ...args: A) => string },
  ): (this: This, ...args: A) => Promise<T>;
  /** What is kept and could still be answered. */
  get(key: string): CachedValue | undefined;
  /** Forgets an answer, and whatever a flight that is under way will bring. Answers whether there was one. */
  delete(key: string): boolean;
  /** Forgets all answers. */
  clear(): void;
}

export interface CachedValue {
  readonly value: unknown;
  readonly ageMs: number;
  /** Whether it is older than `ttlMs`. */
  readonly isStale: boolean;
}

/** Throws a `TypeError` or `RangeError` for wrong options. */
export function createCache(runtime: Runtime, name: string, options: CacheOptions): Cache {
  return new AnswerCache(runtime, name, options);
}

class AnswerCache implements Cache {
  readonly name: string;
  readonly #runtime: Runtime;
  readonly #settings: CacheSettings;
  readonly #meter: Meter;
  readonly #entries: Lru<Entry>;
  readonly #keys = new KeySpace();
  /** By key. A flight that is not here any more leaves nothing behind. */
  readonly #flights = new Map<string, Flight>();

  constructor(runtime: Runtime, name: string, options: CacheOptions) {
    const { dependency, ...settings } = readCacheOptions(options, '');
    const gauges = (): { in_flight: number } => ({ in_flight: this.#flights.size });
    const site = siteOf(runtime, name, dependency);
    this.name = name;
    this.#runtime = runtime;
    this.#settings = settings;
    this.#entries = new Lru(settings.maxEntries);
    this.#meter = meterOf(site, { kind: 'cache', config: describeConfig(settings), gauges });
  }

  get size(): number {
    return this.#entries.size;
  }

  execute<T>(fn: Guarded<T>, options?: CallOptions): Promise<T> {
    const mistake = mistakeIn(fn, options);
    if (mistake !== undefined) return Promise.reject(mistake);
    const key = options?.key;
    if (typeof key !== 'string')
      return Promise.reject(
        new TypeError(`a call through the cache \`${this.name}\` needs a \`key\`, got ${show(key)}`),
      );
    if (options?.signal?.aborted) {
      countCancelled(this.#meter);
      return Promise.reject(options.signal.reason);
    }
    return this.#answer(key, fn, options?.signal) as Promise<T>; // what a function of the same key answered
  }

  wrap<This, A extends unknown[], T>(
    fn: (this: This, ...args: A) => T | PromiseLike<T>,
    { keyOf }: { readonly keyOf?: (this: This, ...args: A) => string } = {},
  ): (this: This, ...args: A) => Promise<T> {
    const execute = (key: string, call: () => T | PromiseLike<T>): Promise<T> => this.execute(call, { key });
    const keys = this.#keys;
    const wrapped = async function (this: This, ...args: A): Promise<T> {
      const key = keyOf === undefined ? keys.keyOf(fn, this, args) : keyOf.apply(this, args);
      return execute(key, () => fn.apply(this, args));
    };
    return inPlaceOf(fn, wrapped);
  }

  get(key: string): CachedValue | undefined {
    const { ttlMs } = this.#settings;
    const entry = this.#entries.peek(key);
    const ageMs = this.#ageMs(entry);
    if (entry === undefined || ageMs >= ttlMs + this.#staleMs) return undefined;
    return { value: entry.value, ageMs, isStale: ageMs >= ttlMs };
  }

  delete(key: string): boolean {
    this.#flights.delete(key);
    return this.#entries.delete(key);
  }

  clear(): void {
    this.#flights.clear();
    this.#entries.clear();
  }

  #answer(key: string, fn: Guarded<unknown>, signal: AbortSignal | undefined): Promise<unknown> {
    const { ttlMs, staleWhileRevalidateMs } = this.#settings;
    const entry = this.#entries.get(key);
    const ageMs = this.#ageMs(entry);
    if (entry !== undefined && ageMs < ttlMs + staleWhileRevalidateMs) {
      const isFresh = ageMs < ttlMs;
      this.#meter.count(isFresh ? countIndex.cache_hits : countIndex.cache_stale);
      this.#meter.count(countIndex.success);
      this.#meter.time(0);
      if (!isFresh) this.#revalidate(key, fn);
      return Promise.resolve(entry.value);
    }
    const shared = this.#flights.get(key);
    if (shared !== undefined) {
      this.#meter.count(countIndex.coalesced);
      return this.#wait(shared, signal);
    }
    const flight = new Flight(key, this.#nowMs());
    const answer = this.#wait(flight, signal); // first: the function may abort the signal at once
    this.#begin(flight, fn);
    return answer;
  }

  #revalidate(key: string, fn: Guarded<unknown>): void {
    if (this.#flights.has(key) || this.#flights.size >= this.#settings.maxEntries) return;
    this.#begin(new Flight(key, this.#nowMs(), true), fn);
  }

  #begin(flight: Flight, fn: Guarded<unknown>): void {
    this.#flights.set(flight.key, flight);
    flight.start(fn, {
      succeeded: (value) => this.#succeeded(flight, value),
      failed: (error) => this.#failed(flight, error),
    });
  }

  #wait(flight: Flight, signal: AbortSignal | undefined): Promise<unknown> {
    const startedMs = this.#nowMs();
    return new Promise((resolve, reject) => {
      const ended = (outcome: number): void => {
        if (signal !== undefined) unfollow(signal, onAbort);
        this.#meter.count(outcome);
        this.#meter.time(this.#nowMs() - startedMs);
      };
      const passenger: Passenger = {
        resolve: (value) => {
          ended(countIndex.success);
          resolve(value);
        },
        reject: (error, outcome) => {
          ended(outcome);
          reject(error);
        },
      };
      const onAbort = (): void => {
        countCancelled(this.#meter);
        reject(signal?.reason);
        this.#leave(flight, passenger, signal?.reason);
      };
      flight.passengers.add(passenger);
      if (signal !== undefined) follow(signal, onAbort);
    });
  }

  #leave(flight: Flight, passenger: Passenger, reason: unknown): void {
    if (!flight.leave(passenger)) return;
    this.#withdraw(flight); // before the abort: what it calls may ask for the same again
    flight.abort(reason);
  }

  #succeeded(flight: Flight, value: unknown): void {
    if (flight.isAborted) this.#meter.count(countIndex.late);
    if (this.#withdraw(flight)) this.#store(flight.key, value);
    for (const passenger of flight.passengers) passenger.resolve(value);
  }

  #failed(flight: Flight, error: unknown): void {
    this.#withdraw(flight);
    if (flight.isAborted) return;
    const classification = this.#runtime.classifier.classify(error);
    const operation = flight.isBackground ? 'revalidation' : undefined;
    const { startedMs: sinceMs } = flight;
    noteError(this.#runtime, { meter: this.#meter, error, classification, operation, sinceMs });
    const outcome = outcomeOf({ error, classification });
    const entry = unanswered.has(classification.class) ? undefined : this.#entries.peek(flight.key);
    const { ttlMs, staleIfErrorMs } = this.#settings;
    const isAnswered = this.#ageMs(entry) < ttlMs + staleIfErrorMs;
    for (const passenger of flight.passengers) {
      if (isAnswered) this.#meter.count(countIndex.cache_stale);
      if (isAnswered) passenger.resolve(entry?.value);
      else passenger.reject(error, countIndex[outcome]);
    }
  }

  /** Whether the flight was still the one that those who come now would wait for. */
  #withdraw(flight: Flight): boolean {
    return this.#flights.get(flight.key) === flight && this.#flights.delete(flight.key);
  }

  #store(key: string, value: unknown): void {
    if (this.#settings.ttlMs + this.#staleMs === 0 || !this.#isWorthKeeping(value)) return;
    this.#entries.set(key, { value, storedMs: this.#nowMs() });
  }

  #isWorthKeeping(value: unknown): boolean {
    try {
      return this.#settings.cacheWhen?.(value) ?? true;
    } catch (fault) {
      this.#runtime.internalError(fault);
      return false;
    }
  }

  /** How long an answer is of use after its `ttlMs`. */
  get #staleMs(): number {
    return Math.max(this.#settings.staleWhileRevalidateMs, this.#settings.staleIfErrorMs);
  }

  #ageMs(entry: Entry | undefined): number {
    return entry === undefined ? Number.POSITIVE_INFINITY : this.#nowMs() - entry.storedMs;
  }

  #nowMs(): number {
    return this.#runtime.clock.monotonic();
  }
}

interface Entry {
  readonly value: unknown;
  /** Monotonic. */
  readonly storedMs: number;
}

/** Where a new answer cannot be had for these reasons, an old one would be wrong. */
const unanswered: ReadonlySet<ErrorClass> = new Set<ErrorClass>(['caller', 'critical', 'cancelled']);
