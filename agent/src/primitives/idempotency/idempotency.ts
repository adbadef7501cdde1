import { countIndex, type Random } from '@holdfast/shared';
import { noteError } from '../../classification/error-log.ts';
import { hasCode, ResilienceError, type ResilienceErrorInit } from '../../errors.ts';
import { func, objectOf, withDefault } from '../../options/checks.ts';
import { describeConfig } from '../../options/describe-config.ts';
import type { Runtime } from '../../runtime.ts';
import type { Meter } from '../../telemetry/meter.ts';
import { type Executor, type Guarded, inPlaceOf } from '../call.ts';
import { countCancelled } from '../circuit-breaker/gate.ts';
import { outcomeOf } from '../failure.ts';
import { mistakeIn } from '../mistake.ts';
import { pause } from '../pause.ts';
import { meterOf, type Site, siteOf, sourceOf } from '../site.ts';
import { Claim, type ClaimDesk } from './claim.ts';
import { asIs, asJson, type Outcome } from './codec.ts';
import { Flight } from './flight.ts';
import { MemoryStore } from './memory-store.ts';
import {
  type IdempotencyCallOptions,
  type IdempotencyOptions,
  type IdempotencySettings,
  readIdempotencyOptions,
  readKey,
} from './options.ts';

export interface IdempotentWrapOptions<A extends unknown[], This = unknown> {
  /**
   * The key of a call. Required: equal arguments may be meant twice, and `this` or another function that is
   * wrapped makes another call of them.
   */
  readonly keyOf: (this: This, ...args: A) => string;
  /** What its key stands for. Default: all arguments. */
  readonly payloadOf?: (this: This, ...args: A) => unknown;
}

/** Throws a `TypeError` or `RangeError` for wrong options. */
export function createIdempotency(
  runtime: Runtime,
  name: string,
  options: IdempotencyOptions = {},
): Idempotency {
  const settings = readIdempotencyOptions(options, '');
  return new Idempotency(siteOf(runtime, name, settings.dependency), settings);
}

/**
 * Does once what a key stands for. Calls that come with the key while it is being done share its answer;
 * calls that come later get the answer that was kept.
 */
export class Idempotency implements Executor {
  readonly name: string;
  readonly #site: Site;
  readonly #settings: IdempotencySettings;
  readonly #meter: Meter;
  readonly #desk: ClaimDesk;
  readonly #flights = new Map<string, Flight>();
  #claimCount = 0;

  constructor(site: Site, settings: IdempotencySettings) {
    const { runtime } = site;
    const memory = new MemoryStore(settings.maxEntries);
    this.name = site.name;
    this.#site = site;
    this.#settings = settings;
    const isShared = settings.store !== undefined;
    this.#meter = meterOf(site, {
      kind: 'idempotency',
      config: describeConfig({ ...settings, store: isShared ? 'given' : 'memory' }),
      gauges: () => ({
        in_flight: this.#flights.size,
        ...(isShared ? {} : { limit: settings.maxEntries, available: memory.freeCount }),
      }),
    });
    // With a store everything that it is given is text, as `asJson` writes it.
    const store = (settings.store ?? memory) as ClaimDesk['store'];
    this.#desk = { runtime, meter: this.#meter, settings, store, codec: isShared ? asJson : asIs };
  }

  /**
   * Calls `fn` unless the outcome of its key is known or on its way. Rejects with the function's own error,
   * the same object where it is not out of a store; with `HOLDFAST_IDEMPOTENCY_CONFLICT` where the key came
   * with another payload; with `HOLDFAST_TIMED_OUT` where another process takes too long; with an `Error`
   * whose cause is the store's where the store fails; or with the signal's reason.
   */
  async execute<T>(fn: Guarded<T>, options: IdempotencyCallOptions): Promise<T> {
    const mistake = mistakeIn(fn, options);
    if (mistake !== undefined) throw mistake;
    const { clock } = this.#site.runtime;
    const startedMs = clock.monotonic();
    let flight: Flight | undefined;
    try {
      options?.signal?.throwIfAborted();
      const key = readKey(options?.key, 'key');
      while (this.#flights.get(key)?.isAbandoned) await this.#untilOver(key, options.signal);
      flight = this.#flightFor(fn, key, this.#settings.fingerprint(options.payload));
      const value = await flight.join(options.signal); // in the same turn: who is on it is counted there
      this.#meter.count(countIndex.success);
      this.#meter.time(clock.monotonic() - startedMs);
      return value as T; // a key stands for one function
    } catch (error) {
      if (options?.signal?.aborted && error === options.signal.reason) countCancelled(this.#meter);
      else this.#countFailed({ error, operation: options?.operation }, flight, startedMs);
      throw error;
    }
  }

  /** Takes the key from the arguments. Throws a `TypeError` for wrong options, and without `keyOf`. */
  wrap<This, A extends unknown[], T>(
    fn: (this: This, ...args: A) => T | PromiseLike<T>,
    options?: IdempotentWrapOptions<A, This>,
  ): (this: This, ...args: A) => Promise<T> {
    const { keyOf, payloadOf } = readWrapOptions(options ?? {}, '');
    const execute = this.execute.bind(this);
    const wrapped = async function (this: This, ...args: A): Promise<T> {
      const call = { key: keyOf.apply(this, args), payload: payloadOf.apply(this, args) };
      return execute<T>(() => fn.apply(this, args), call);
    };
    return inPlaceOf(fn, wrapped);
  }

  /** What nobody wants the answer of any more may still run. */
  async #untilOver(key: string, signal: AbortSignal | undefined): Promise<void> {
    await this.#flights
      .get(key)
      ?.join(signal)
      .catch(() => {});
    signal?.throwIfAborted();
  }

  #flightFor(fn: Guarded<unknown>, key: string, fingerprint: string): Flight {
    let flight = this.#flights.get(key);
    if (flight === undefined) {
      flight = new Flight(fingerprint, (own) => this.#fly(fn, key, own));
      this.#flights.set(key, flight);
    } else if (flight.fingerprint !== fingerprint) throw this.#conflict(key);
    else this.#meter.count(countIndex.coalesced);
    return flight;
  }

  async #fly(fn: Guarded<unknown>, key: string, flight: Flight): Promise<unknown> {
    const { fingerprint, scope } = flight;
    const place = { key: `${this.name}/${key}`, owner: this.#newOwner(), fingerprint };
    const claim = new Claim(this.#desk, place);
    const ended = (): void => void (this.#flights.get(key) === flight && this.#flights.delete(key));
    try {
      const kept = await this.#take(claim, key, flight);
      if (kept !== undefined) return this.#answerAgain(kept, flight);
      claim.hold(() => scope.abort(new Error(`${this.#named(key)} was taken over by another process`)));
      if (flight.isAbandoned) {
        await claim.settle(undefined, ended);
        scope.signal.throwIfAborted();
      }
      const outcome = await outcomeOfCall(fn, scope);
      const isKept = !('error' in outcome) || this.#keeps(outcome.error);
      await claim.settle(isKept ? outcome : undefined, ended);
      if ('error' in outcome) throw outcome.error;
      return outcome.value;
    } finally {
      if (!claim.isOwed || flight.isAbandoned) ended(); // who comes next asks the store
    }
  }

  /** Answers what is known of the key, or nothing once it is ours; waits while another process has it. */
  async #take(claim: Claim, key: string, { fingerprint, scope }: Flight): Promise<Outcome | undefined> {
    const { clock, random } = this.#site.runtime;
    const { maxWaitMs } = this.#settings;
    const startedMs = clock.monotonic();
    for (let retry = 1; ; retry++) {
      const known = await this.#begin(claim, key);
      if (known === undefined) return undefined;
      if (known.fingerprint !== fingerprint) throw this.#conflict(key);
      if (known.outcome !== undefined) return this.#desk.codec.read(known.outcome);
      const waitMs = askAgainMs(retry, random);
      const retryAfterMs = Math.max(0, known.untilAt - clock.now());
      if (clock.monotonic() + waitMs - startedMs > maxWaitMs) throw this.#waitedTooLong(key, retryAfterMs);
      await pause(clock, waitMs, scope.signal);
    }
  }

  async #begin(claim: Claim, key: string): ReturnType<Claim['begin']> {
    try {
      return await claim.begin();
    } catch (cause) {
      const fault = new Error(`${this.#named(key)} could not be claimed`, { cause });
      if (this.#settings.onStoreFailure === 'reject') throw fault;
      this.#site.runtime.internalError(fault);
      return undefined;
    }
  }

  #answerAgain(kept: Outcome, flight: Flight): unknown {
    flight.isNoted = true;
    this.#meter.count(countIndex.cache_hits);
    if ('error' in kept) throw kept.error;
    return kept.value;
  }

  #keeps(error: unknown): boolean {
    try {
      return this.#settings.keepFailure(error);
    } catch (fault) {
      this.#site.runtime.internalError(fault);
      return false;
    }
  }

  #countFailed(
    { error, operation }: { readonly error: unknown; readonly operation: string | undefined },
    flight: Flight | undefined,
    startedMs: number,
  ): void {
    const { runtime } = this.#site;
    const classification = runtime.classifier.classify(error);
    const isConflict = hasCode(error, 'HOLDFAST_IDEMPOTENCY_CONFLICT');
    const outcome = isConflict ? 'rejected' : outcomeOf({ error, classification });
    this.#meter.count(countIndex[outcome]);
    this.#meter.time(runtime.clock.monotonic() - startedMs);
    if (flight?.isNoted !== true)
      noteError(runtime, { meter: this.#meter, error, classification, operation, sinceMs: startedMs });
    if (flight !== undefined) flight.isNoted = true;
  }

  #conflict(key: string): ResilienceError {
    const message = `${this.#named(key)} came with another payload before`;
    return this.#error({ code: 'HOLDFAST_IDEMPOTENCY_CONFLICT', message });
  }

  #waitedTooLong(key: string, retryAfterMs: number): ResilienceError {
    const message = `${this.#named(key)} is still under way in another process`;
    return this.#error({ code: 'HOLDFAST_TIMED_OUT', message, retryAfterMs });
  }

  #error(init: Omit<ResilienceErrorInit, 'source'>): ResilienceError {
    return new ResilienceError({ ...init, source: sourceOf(this.#site, 'idempotency') });
  }

  #named(key: string): string {
    return `key ${JSON.stringify(key)} of idempotency "${this.name}"`;
  }

  #newOwner(): string {
    const { clock, random } = this.#site.runtime;
    this.#claimCount += 1;
    return `${clock.now().toString(36)}.${random().toString(36).slice(2)}.${this.#claimCount}`;
  }
}

/** How long to wait before a store is asked again: 50 ms, then twice as long up to 1 s, half of it chance. */
function askAgainMs(retry: number, random: Random): number {
  const ceilingMs = Math.min(1_000, 50 * 2 ** (retry - 1));
  return (ceilingMs / 2) * (1 + random());
}

const readWrapOptions = objectOf({
  keyOf: func<(...args: unknown[]) => string>(),
  payloadOf: withDefault(allOf, func<(...args: unknown[]) => unknown>()),
});

function allOf(...args: unknown[]): unknown {
  return args;
}

async function outcomeOfCall(fn: Guarded<unknown>, scope: Flight['scope']): Promise<Outcome> {
  try {
    return { value: await fn(scope) };
  } catch (error) {
    return { error };
  }
}
