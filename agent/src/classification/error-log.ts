import { countIndex, type ErrorClass, type ErrorSummary } from '@holdfast/shared';
import { hasCode, isResilienceError } from '../errors.ts';
import type { Runtime } from '../runtime.ts';
import type { ErrorTally } from '../telemetry/error-tallies.ts';
import type { Meter } from '../telemetry/meter.ts';
import type { Classification } from './classifier.ts';
import { isObject } from './facts.ts';
import { kindOf } from './fingerprint.ts';
import { summarise } from './summary.ts';

export interface NotedError {
  /** The resource that saw it. */
  readonly meter: Meter;
  readonly error: unknown;
  readonly classification: Classification;
  readonly operation?: string | undefined;
  /** What its plan says: sampled also where its class is not, or never. Default: as its class is. */
  readonly report?: boolean | undefined;
  /** When the call began that ended with it, monotonic. Default 0: none is taken for thrown anew. */
  readonly sinceMs?: number | undefined;
}

/**
 * Counts an error's class, and sends it as a sample at most once in 10 s for each resource and fingerprint.
 * An error on its way out passes several resources; only the innermost counts it. Never throws: it runs in
 * the midst of calls, which have slots to give back.
 */
export function noteError(runtime: Runtime, noted: NotedError): void {
  try {
    logOf(runtime).note(noted);
  } catch (fault) {
    runtime.internalError(fault);
  }
}

/** A layer hands an error on, which it has counted, to the one around it. See `ErrorLog.handOn`. */
export function handOn(runtime: Runtime, error: unknown): void {
  logOf(runtime).handOn(error);
}

/** Whether something of this kind may be told again for this resource: at most once in 10 s. See `kindOf`. */
export function isSampleDue(runtime: Runtime, meter: Meter, key: string): boolean {
  return logOf(runtime).isDue(meter, key);
}

/** The counter of a class. */
function classColumn(errorClass: ErrorClass): number {
  return countIndex[`class_${errorClass}`];
}

function logOf(runtime: Runtime): ErrorLog {
  let log = logs.get(runtime);
  if (log === undefined) {
    log = new ErrorLog(runtime);
    logs.set(runtime, log);
  }
  return log;
}

const logs = new WeakMap<Runtime, ErrorLog>();

class ErrorLog {
  readonly #runtime: Runtime;
  /**
   * Who counted an error object last, and when. Another resource that sees the same object is further out and
   * leaves it alone, unless its call began only after that: then it was thrown again, as by a promise that is
   * kept. The same resource sees it again only when it was thrown again.
   */
  readonly #counted = new WeakMap<object, { meter: Meter; atMs: number }>();
  /** How many layers have still to see a value that was counted, and is no object. */
  readonly #handedOn = new Map<unknown, { count: number; readonly atMs: number }>();
  /** What was last sent, the longest ago first. */
  readonly #samples = new Map<string, Sample>();

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  note({ meter, error, classification, operation, report, sinceMs = 0 }: NotedError): void {
    const isOwnRejection = classification.class === 'rejected' && isResilienceError(error);
    const isTold = report ?? !untold.has(classification.class);
    if (isOwnRejection && !isTold) return;
    const origin = originOf(error);
    if (isObject(origin) ? !this.#isNew(origin, meter, sinceMs) : this.#wasHandedOn(origin)) return;
    // A layer counts its own rejections where it makes them.
    if (!isOwnRejection) meter.count(classColumn(classification.class));
    if (!isTold) return;
    const kind = `${classification.class} ${kindOf(error, classification.code)}`;
    const sample = this.#sampleOf(meter, kind);
    if (this.#renew(sample)) {
      const summary = summarise(error, classification, this.#runtime.redact);
      const event = { kind: 'error.sampled', error: summary } as const;
      this.#runtime.telemetry.emit(operation === undefined ? event : { ...event, operation }, meter);
      sample.tally = tallyOf(meter, summary);
    }
    if (!isOwnRejection && sample.tally !== undefined) this.#runtime.telemetry.tally(sample.tally);
  }

  /**
   * A string that was thrown cannot be known again as an object can: who hands it on has to say so. A layer
   * that has stopped waiting never looks at it; what it left here is void after a second.
   */
  handOn(error: unknown): void {
    const value = originOf(error);
    if (isObject(value)) return;
    const count = (this.#handedOn.get(value)?.count ?? 0) + 1;
    if (this.#handedOn.size >= maxHandedOn) this.#handedOn.clear();
    this.#handedOn.set(value, { count, atMs: this.#runtime.clock.monotonic() });
  }

  #wasHandedOn(value: unknown): boolean {
    const known = this.#handedOn.get(value);
    if (known === undefined) return false;
    known.count -= 1;
    const isFresh = this.#runtime.clock.monotonic() - known.atMs < 1_000;
    if (known.count === 0 || !isFresh) this.#handedOn.delete(value);
    return isFresh;
  }

  #isNew(error: object, meter: Meter, sinceMs: number): boolean {
    const counted = this.#counted.get(error);
    if (counted !== undefined && counted.meter !== meter && counted.atMs >= sinceMs) return false;
    this.#counted.set(error, { meter, atMs: this.#runtime.clock.monotonic() });
    return true;
  }

  isDue(meter: Meter, key: string): boolean {
    return this.#renew(this.#sampleOf(meter, key));
  }

  #sampleOf(meter: Meter, key: string): Sample {
    const sampleKey = `${meter.id} ${key}`;
    const known = this.#samples.get(sampleKey);
    if (known !== undefined) return known;
    const sample: Sample = { key: sampleKey, sentMs: undefined, tally: undefined };
    this.#samples.set(sampleKey, sample);
    const [oldest] = this.#samples.keys();
    if (this.#samples.size > maxSamples && oldest !== undefined) this.#samples.delete(oldest);
    return sample;
  }

  /** Whether it may be sent now, which then counts as done. */
  #renew(sample: Sample): boolean {
    const nowMs = this.#runtime.clock.monotonic();
    if (sample.sentMs !== undefined && nowMs - sample.sentMs < sampleEveryMs) return false;
    sample.sentMs = nowMs;
    this.#samples.delete(sample.key);
    this.#samples.set(sample.key, sample);
    return true;
  }
}

/** One kind of error at one resource. All of it is counted as what was last sent of it. */
interface Sample {
  readonly key: string;
  sentMs: number | undefined;
  tally: ErrorTally | undefined;
}

function tallyOf(meter: Meter, { class: errorClass, fingerprint }: ErrorSummary): ErrorTally {
  return { resource: meter.id, class: errorClass, fingerprint, count: 0, firstAt: 0, lastAt: 0 };
}

/** What a layer only wrapped was counted before that. */
function originOf(error: unknown): unknown {
  const isWrapper =
    hasCode(error, 'HOLDFAST_FALLBACK_FAILED') || hasCode(error, 'HOLDFAST_RETRIES_EXHAUSTED');
  return isWrapper ? originOf(error.cause) : error;
}

/** Own rejections and cancelled calls say nothing that their counts do not. */
const untold: ReadonlySet<ErrorClass> = new Set<ErrorClass>(['cancelled', 'rejected']);

const maxHandedOn = 100;
const sampleEveryMs = 10_000;
const maxSamples = 1_000;
