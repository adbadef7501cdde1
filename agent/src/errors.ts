import type { ResourceKind, Severity } from '@holdfast/shared';

/** The codes of what a caller may handle. They never change their meaning. */
export type ResilienceErrorCode =
  | 'HOLDFAST_CIRCUIT_OPEN'
  | 'HOLDFAST_BULKHEAD_FULL'
  | 'HOLDFAST_RATE_LIMITED'
  | 'HOLDFAST_LOAD_SHED'
  | 'HOLDFAST_TIMED_OUT'
  | 'HOLDFAST_RETRIES_EXHAUSTED'
  | 'HOLDFAST_SAGA_FAILED'
  | 'HOLDFAST_NO_ENDPOINT'
  | 'HOLDFAST_IDEMPOTENCY_CONFLICT'
  | 'HOLDFAST_QUEUE_FULL'
  | 'HOLDFAST_FALLBACK_FAILED'
  | 'HOLDFAST_FAULT_INJECTED';

/** Which layer of which service decided. */
export interface ErrorSource {
  readonly service: string;
  readonly pipeline?: string;
  readonly primitive: ResourceKind;
  readonly name: string;
}

export interface ResilienceErrorInit {
  readonly code: ResilienceErrorCode;
  readonly message: string;
  readonly source: ErrorSource;
  /** A function is asked each time that somebody reads it. */
  readonly retryAfterMs?: number | (() => number) | undefined;
  readonly cause?: unknown;
}

/**
 * What a layer answers by itself: a rejection, a time-out, retries that did not help. The guarded call's own
 * errors are never wrapped in it, but for `HOLDFAST_RETRIES_EXHAUSTED` where the options ask for it.
 *
 * It is an `Error` to `instanceof`, but made without a stack: an open breaker rejects thousands of calls a
 * second, a stack costs more than all the rest, and it would only show the inside of this package.
 */
export class ResilienceError implements Error {
  static {
    Object.setPrototypeOf(this.prototype, Error.prototype);
    this.prototype.name = 'ResilienceError';
    this.prototype.isHoldfastError = true;
  }

  declare name: string;
  /** How another copy of this package knows it. */
  declare isHoldfastError: true;
  declare readonly code: ResilienceErrorCode;
  declare readonly message: string;
  declare readonly source: ErrorSource;
  declare readonly cause: unknown;
  // Only declared: a field definition would cost an open breaker more than the rest of the error.
  declare private readonly retryAfter: number | (() => number) | undefined;

  constructor(init: ResilienceErrorInit) {
    this.code = init.code;
    this.message = init.message;
    this.source = init.source;
    this.cause = init.cause;
    this.retryAfter = init.retryAfterMs;
  }

  /** When another try may be worth it, counted from now; `undefined` where nobody knows. */
  get retryAfterMs(): number | undefined {
    return typeof this.retryAfter === 'function' ? this.retryAfter() : this.retryAfter;
  }

  get stack(): string {
    return `${this.name}: ${this.message}`;
  }

  toString(): string {
    return this.stack;
  }
}

/**
 * Whether `error` is a `ResilienceError` with this code, also where it comes from another copy of this
 * package.
 */
export function hasCode(error: unknown, code: ResilienceErrorCode): error is ResilienceError {
  try {
    return isResilienceError(error) && error.code === code;
  } catch {
    return false; // a property that throws
  }
}

/** Whether a layer made this error, of this copy of the package or of another. */
export function isResilienceError(error: unknown): error is ResilienceError {
  try {
    return typeof error === 'object' && error !== null && 'isHoldfastError' in error;
  } catch {
    return false; // a proxy that throws
  }
}

/** An error that says itself how bad it is. The classifier takes it at its word. */
abstract class DeclaredError extends Error {
  abstract readonly severity: Severity;
}

/** Passes by itself, and another try may help: a lost connection, a lock that is held. Severity low. */
export class TransientError extends DeclaredError {
  override name = 'TransientError';
  readonly holdfastClass = 'transient';
  readonly severity = 'low';
}

/** A part is down or overloaded, and the rest works: answer with less. Severity medium. */
export class PartialOutageError extends DeclaredError {
  override name = 'PartialOutageError';
  readonly holdfastClass = 'partial_outage';
  readonly severity = 'medium';
}

/** Something is broken that no waiting mends, or data is at risk. Severity high. */
export class CriticalError extends DeclaredError {
  override name = 'CriticalError';
  readonly holdfastClass = 'critical';
  readonly severity = 'high';
}
