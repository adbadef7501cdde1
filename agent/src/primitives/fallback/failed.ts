import { isResilienceError, ResilienceError, type ResilienceErrorInit } from '../../errors.ts';

/** A call failed, and so did all that could have answered for it. Its code is `HOLDFAST_FALLBACK_FAILED`. */
export class FallbackFailedError extends ResilienceError {
  /** What the call failed with, which is also the `cause`, then the error of each fallback that was asked. */
  readonly errors: readonly unknown[];

  constructor(init: Pick<ResilienceErrorInit, 'source' | 'cause'>, faults: readonly unknown[]) {
    const { source, cause } = init;
    super({
      code: 'HOLDFAST_FALLBACK_FAILED',
      message: `"${source.name}" failed, and so did its fallback`,
      source,
      cause,
      retryAfterMs: isResilienceError(cause) ? cause.retryAfterMs : undefined,
    });
    this.errors = [cause, ...faults];
  }
}
