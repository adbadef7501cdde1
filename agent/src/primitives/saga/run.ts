import { countIndex } from '@holdfast/shared';
import { name as checkedName } from '../../options/checks.ts';
import type { Executor } from '../call.ts';
import type { SagaDesk, SagaLog } from './log.ts';
import type { StepActions, StepCall } from './options.ts';
import type { StepRecord } from './store.ts';

/** What the function of a saga is given. */
export interface SagaScope<Input = unknown> extends Omit<StepCall<Input>, 'key'> {
  /**
   * Does a step and writes down what it answered, or answers what is written down of it. Rejects with the
   * step's own error, and before the step where the caller has given up: let it pass, and the saga is undone.
   */
  step<T>(name: string, actions: StepActions<Input, T>): Promise<T>;
}

export interface RunParts extends Pick<SagaDesk, 'site' | 'meter'> {
  readonly log: SagaLog;
  readonly undoing: Executor;
  readonly mayHaveHappened: (error: unknown) => boolean;
}

interface Undo {
  readonly name: string;
  readonly actions: StepActions<never>;
  readonly result: unknown;
}

/** One run of a saga's function: what it has done, and the way back. */
export class SagaRun implements SagaScope<never> {
  readonly id: string;
  readonly attempt = 1;
  readonly input: never;
  readonly context: unknown;
  readonly signal: AbortSignal;
  /** Monotonic. */
  readonly startedMs: number;
  readonly #parts: RunParts;
  readonly #results: Record<string, unknown> = {};
  /** Every step that the function has come to. */
  readonly #named = new Set<string>();
  readonly #active = new Set<Promise<unknown>>();
  /** In the order in which the steps ended. */
  readonly #undos: Undo[] = [];
  #failed: { readonly step: string; readonly error: unknown } | undefined = undefined;

  constructor(parts: RunParts, caller: { readonly signal: AbortSignal; readonly context: unknown }) {
    this.#parts = parts;
    this.id = parts.log.id;
    this.input = parts.log.input as never; // what the saga was given
    this.context = caller.context;
    this.signal = caller.signal;
    this.startedMs = parts.site.runtime.clock.monotonic();
  }

  /** Bound, so that `async ({ step }) => …` works. */
  readonly step = <T>(name: string, actions: StepActions<never, T>): Promise<T> => {
    const work = this.#step(name, actions);
    this.#active.add(work);
    const ended = (): void => void this.#active.delete(work);
    work.then(ended, ended);
    return work;
  };

  get results(): Readonly<Record<string, unknown>> {
    return this.#results;
  }

  /** Waits for steps that the function has left to themselves. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#active);
  }

  /** The step that failed with this error; the saga itself where none did. */
  failedStep(error: unknown): string {
    return this.#failed !== undefined && isBehind(error, this.#failed.error)
      ? this.#failed.step
      : this.#parts.site.name;
  }

  /** Undoes what was done, last first, and all of it, whatever happens to one. Never rejects. */
  async undo(): Promise<SagaFates> {
    const { log } = this.#parts;
    for (const step of this.#undos.toReversed()) {
      if (log.lost !== undefined) break;
      const known = log.steps.get(step.name);
      if (step.actions.compensate === undefined || known?.compensation === 'done') continue;
      await log.compensated(step.name, await this.#compensate(step));
    }
    // The function never came to these: it is not the one that did them.
    for (const { name, compensation } of log.steps.values())
      if (!this.#named.has(name) && compensation !== 'done') await log.compensated(name, 'failed');
    return fatesOf(log.steps.values());
  }

  async #step<T>(name: string, actions: StepActions<never, T>): Promise<T> {
    const { log, site } = this.#parts;
    checkedName(name, 'name');
    if (this.#named.has(name)) throw new TypeError(`saga "${site.name}" has the step "${name}" twice`);
    this.#named.add(name);
    const known = log.steps.get(name);
    if (known !== undefined) return this.#repeat(known, actions) as T; // what the same step answered
    if (log.state !== 'running') throw new Error(`saga "${site.name}" goes back from "${name}"`);
    this.signal.throwIfAborted();
    try {
      const result = await this.#run(name, actions);
      this.#undos.push({ name, actions, result });
      this.#results[name] = result;
      await log.finished({ name, state: 'done', result });
      return result;
    } catch (error) {
      this.#failed ??= { step: name, error };
      throw error;
    }
  }

  async #run<T>(name: string, actions: StepActions<never, T>): Promise<T> {
    const { log, mayHaveHappened } = this.#parts;
    try {
      return await actions.run(this.#callOf(name));
    } catch (error) {
      if (this.signal.aborted || mayHaveHappened(error)) {
        this.#undos.push({ name, actions, result: undefined });
        log.steps.set(name, { name, state: 'unknown' });
      }
      throw error;
    }
  }

  #repeat({ name, state, result }: StepRecord, actions: StepActions<never>): unknown {
    this.#undos.push({ name, actions, result });
    if (state === 'unknown') throw new Error(`nobody knows whether "${name}" happened`);
    this.#results[name] = result;
    return result;
  }

  async #compensate({ name, actions, result }: Undo): Promise<'done' | 'failed'> {
    const { undoing, meter } = this.#parts;
    const call = this.#callOf(name);
    try {
      await undoing.execute(({ signal, attempt }) =>
        actions.compensate?.({ ...call, signal, attempt }, result),
      );
      meter.count(countIndex.compensations);
      return 'done';
    } catch {
      meter.count(countIndex.compensation_failed); // the error is told by `undoing`
      return 'failed';
    }
  }

  #callOf(name: string): StepCall<never> {
    const { id, input, context, results, signal, attempt } = this;
    const { log, site } = this.#parts;
    return { id, key: `${site.name}/${id}/${name}/${log.run}`, input, context, results, signal, attempt };
  }
}

/** What became of the steps of a saga that failed. */
export interface SagaFates {
  readonly undone: readonly string[];
  readonly notUndone: readonly string[];
}

export function fatesOf(steps: Iterable<StepRecord>): SagaFates {
  const all = [...steps].toReversed();
  const named = (wanted: 'done' | 'failed'): string[] =>
    all.filter(({ compensation }) => compensation === wanted).map(({ name }) => name);
  return { undone: named('done'), notUndone: named('failed') };
}

/** Whether an error is another, or was thrown because of it. */
function isBehind(error: unknown, cause: unknown): boolean {
  return error === cause || (error instanceof Error && error.cause !== undefined && error.cause === cause);
}
