import { countIndex } from '@holdfast/shared';
import { isSampleDue, noteError } from '../../classification/error-log.ts';
import { summarise } from '../../classification/summary.ts';
import type { CallOptions, Executor } from '../call.ts';
import { sourceOf } from '../site.ts';
import type { SagaDesk, SagaLog } from './log.ts';
import { fatesOf, type SagaFates, SagaRun, type SagaScope } from './run.ts';
import { SagaError } from './saga-error.ts';

/** One run, for all who wait for it. */
export interface SagaCall extends Pick<CallOptions, 'context'> {
  /** Aborted when they have all given up. */
  readonly controller: AbortController;
}

/** Takes sagas forwards through their function, and back where it fails. */
export class Conductor {
  readonly #desk: SagaDesk;
  readonly #undoing: Executor;

  constructor(desk: SagaDesk, undoing: Executor) {
    this.#desk = desk;
    this.#undoing = undoing;
  }

  /** What `fn` answers. Rejects as `Saga.execute` does. */
  async conduct(
    log: SagaLog,
    fn: (saga: SagaScope<never>) => unknown,
    { controller, context }: SagaCall,
  ): Promise<unknown> {
    const { site, meter } = this.#desk;
    const wasDone = log.state === 'done';
    if (wasDone || log.state === 'undone') meter.count(countIndex.cache_hits);
    if (log.state === 'undone') throw this.#failure(log, log.cause, fatesOf(log.steps.values()));
    log.onLost = (reason) => controller.abort(reason);
    const mayHaveHappened = (error: unknown): boolean => this.#mayHaveHappened(error);
    const parts = { site, meter, log, undoing: this.#undoing, mayHaveHappened };
    const run = new SagaRun(parts, { signal: controller.signal, context });
    const isLeft = run.signal.aborted && log.steps.size === 0;
    const answer = isLeft ? { error: run.signal.reason } : await forwards(run, fn);
    if (log.state !== 'compensating' && 'value' in answer) {
      if (!wasDone) await log.end('done');
      return answer.value;
    }
    throw await this.#back(run, log, 'error' in answer ? answer.error : undefined);
  }

  /** Undoes what was done, and answers what the caller is told. */
  async #back(run: SagaRun, log: SagaLog, error: unknown): Promise<unknown> {
    if (log.lost !== undefined || log.state === 'done') return log.lost ?? error;
    let cause: unknown = log.cause;
    if (log.state === 'running') {
      cause = run.signal.aborted ? run.signal.reason : error;
      if (run.signal.aborted && log.steps.size === 0) {
        await log.end('undone');
        return cause;
      }
      this.#note(run, error);
      await log.turned(run.failedStep(error), cause);
    }
    const fates = await run.undo();
    if (log.lost !== undefined) return log.lost;
    await log.end(fates.notUndone.length === 0 ? 'undone' : 'compensating');
    const failure = this.#failure(log, cause, fates);
    this.#tell(failure);
    return failure;
  }

  #note(run: SagaRun, error: unknown): void {
    const { site, meter } = this.#desk;
    if (run.signal.aborted) return; // counted as cancelled
    const classification = site.runtime.classifier.classify(error);
    const { startedMs: sinceMs } = run;
    noteError(site.runtime, { meter, error, classification, operation: run.failedStep(error), sinceMs });
  }

  #failure(log: SagaLog, cause: unknown, fates: SagaFates): SagaError {
    const { site } = this.#desk;
    const step = log.failure?.step ?? site.name;
    return new SagaError({ ...fates, step, cause, source: sourceOf(site, 'saga') });
  }

  /** Always where somebody has to mend what could not be undone; else once in 10 s for the same trouble. */
  #tell({ step, undone, notUndone, cause }: SagaError): void {
    const { site, meter } = this.#desk;
    const { runtime } = site;
    const classification = runtime.classifier.classify(cause);
    const isDue = isSampleDue(runtime, meter, `saga ${step} ${classification.fingerprint}`);
    if (notUndone.length === 0 && !isDue) return;
    const error = summarise(cause, classification, runtime.redact);
    const told = { undone: undone.slice(0, maxSteps), notUndone: notUndone.slice(0, maxSteps) };
    runtime.telemetry.emit({ kind: 'saga.failed', step, ...told, error }, meter);
  }

  #mayHaveHappened(error: unknown): boolean {
    const { settings, site } = this.#desk;
    try {
      return (
        settings.mayHaveHappened?.(error) ?? site.runtime.classifier.classify(error).retry === 'if_idempotent'
      );
    } catch (fault) {
      site.runtime.internalError(fault);
      return true;
    }
  }
}

/** How the function ended, with every step that it began. */
async function forwards(
  run: SagaRun,
  fn: (saga: SagaScope<never>) => unknown,
): Promise<{ readonly value: unknown } | { readonly error: unknown }> {
  try {
    return { value: await fn(run) };
  } catch (error) {
    return { error };
  } finally {
    await run.settled();
  }
}

/** As many as the wire's event takes; the error of the caller names all. */
const maxSteps = 64;
