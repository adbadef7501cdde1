import { type ErrorSource, ResilienceError } from '../../errors.ts';

export interface SagaErrorInit {
  readonly step: string;
  readonly undone: readonly string[];
  readonly notUndone: readonly string[];
  readonly source: ErrorSource;
  readonly cause: unknown;
}

/** A saga failed, and what it had done has been undone as far as that was possible. */
export class SagaError extends ResilienceError {
  static {
    this.prototype.name = 'SagaError';
  }

  /** The step that failed; the saga's own name where its function failed between steps. */
  declare readonly step: string;
  /** The steps that were undone, in the order in which that was done. */
  declare readonly undone: readonly string[];
  /** The steps that could not be undone, or that nobody knew how to undo. `resume` tries again. */
  declare readonly notUndone: readonly string[];

  constructor({ step, undone, notUndone, source, cause }: SagaErrorInit) {
    const left = notUndone.length === 0 ? '' : `; not undone: ${notUndone.join(', ')}`;
    const back = undone.join(', ') || 'nothing';
    const message = `saga "${source.name}" failed at "${step}"; undone: ${back}${left}`;
    super({ code: 'HOLDFAST_SAGA_FAILED', message, source, cause });
    this.step = step;
    this.undone = undone;
    this.notUndone = notUndone;
  }
}
