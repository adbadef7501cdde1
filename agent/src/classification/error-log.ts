import { countIndex, type ErrorClass } from '@holdfast/shared';
import { hasCode, isResilienceError } from '../errors.ts';
import type { Runtime } from '../runtime.ts';
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
}

/**
 * Counts an error's class, and sends it as a sample at most once in 10 s for each resource and fingerprint.
 * An error on its way out passes several resources; only the innermost counts it.
 */
export function noteError(runtime: Runtime, noted: NotedError): void {
  logOf(runtime).note(noted);
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
   * Who counted an error object last. Another resource that sees the same object is further out and leaves it
   * alone; the same resource sees it again only when it was thrown again.
   */
  readonly #countedBy = new WeakMap<object, Meter>();
  /** When each was last sent, the longest ago first. */
  readonly #sampledMs = new Map<string, number>();

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  note({ meter, error, classification, operation, report }: NotedError): void {
    const isOwnRejection = classification.class === 'rejected' && isResilienceError(error);
    const isTold = report ?? !untold.has(classification.class);
    if (isOwnRejection && !isTold) return;
    const origin = originOf(error);
    if (isObject(origin)) {
      const counter = this.#countedBy.get(origin);
      if (counter !== undefined && counter !== meter) return;
      this.#countedBy.set(origin, meter);
    }
    // A layer counts its own rejections where it makes them.
    if (!isOwnRejection) meter.count(classColumn(classification.class));
    if (!isTold || !this.isDue(meter, kindOf(error, classification.code))) return;
    const summary = summarise(error, classification, this.#runtime.redact);
    const sample = { kind: 'error.sampled', error: summary } as const;
    this.#runtime.telemetry.emit(operation === undefined ? sample : { ...sample, operation }, meter);
  }

  isDue(meter: Meter, key: string): boolean {
    const sampleKey = `${meter.id} ${key}`;
    const nowMs = this.#runtime.clock.monotonic();
    const lastMs = this.#sampledMs.get(sampleKey);
    if (lastMs !== undefined && nowMs - lastMs < sampleEveryMs) return false;
    this.#sampledMs.delete(sampleKey);
    this.#sampledMs.set(sampleKey, nowMs);
    const [oldest] = this.#sampledMs.keys();
    if (this.#sampledMs.size > maxSampled && oldest !== undefined) this.#sampledMs.delete(oldest);
    return true;
  }
}

/** What a layer only wrapped was counted before that. */
function originOf(error: unknown): unknown {
  const isWrapper =
    hasCode(error, 'HOLDFAST_FALLBACK_FAILED') || hasCode(error, 'HOLDFAST_RETRIES_EXHAUSTED');
  return isWrapper ? originOf(error.cause) : error;
}

/** Own rejections and cancelled calls say nothing that their counts do not. */
const untold: ReadonlySet<ErrorClass> = new Set<ErrorClass>(['cancelled', 'rejected']);

const sampleEveryMs = 10_000;
const maxSampled = 1_000;
