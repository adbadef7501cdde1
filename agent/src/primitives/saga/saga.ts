import { countIndex } from '@holdfast/shared';
import { noteError } from '../../classification/error-log.ts';
import { hasCode } from '../../errors.ts';
import { describeConfig } from '../../options/describe-config.ts';
import { present } from '../../present.ts';
import type { Runtime } from '../../runtime.ts';
import { type CallOptions, type Executor, inPlaceOf } from '../call.ts';
import { countCancelled } from '../circuit-breaker/gate.ts';
import { outcomeOf } from '../failure.ts';
import { mistakeIn } from '../mistake.ts';
import { createPipeline } from '../pipeline/pipeline.ts';
import { createRetry } from '../retry/retry.ts';
import { meterOf, type Site, siteOf } from '../site.ts';
import { Conductor } from './conductor.ts';
import { openLog, type SagaDesk } from './log.ts';
import { SagaMemory } from './memory-store.ts';
import { Party } from './party.ts';
import { readId, readSagaOptions, type SagaOptions, type SagaSettings, type SagaStep } from './options.ts';
import type { SagaScope } from './run.ts';
import { SagaError } from './saga-error.ts';

export interface SagaCallOptions<Input = unknown> extends CallOptions {
  /**
   * What the saga is known by, 1 to 256 characters. The same id is the same saga: what is under way is
   * joined, what is done is answered again, what was left is resumed, what was undone begins anew. Default:
   * a new one.
   */
  readonly id?: string;
  /** Written down, and the same after a crash. */
  readonly input?: Input;
}

/** What a saga does. After a crash it is called again, and must come to the same steps. */
export type SagaBody<Input, T> = (saga: SagaScope<Input>) => T | PromiseLike<T>;

/** What became of the sagas that were left, by their ids. */
export interface ResumeReport {
  readonly done: readonly string[];
  readonly failed: readonly string[];
}

/** Throws a `TypeError` or `RangeError` for wrong options. */
export function createSaga<Input = unknown>(
  runtime: Runtime,
  name: string,
  options: SagaOptions<Input> = {},
): Saga<Input> {
  const settings = readSagaOptions(options, '');
  return new Saga(siteOf(runtime, name, settings.dependency), settings, options.compensationRetry);
}

/**
 * Steps that belong together. When one fails, those before it are undone, last first; what was done and
 * undone is written down, so that it goes on where it was left after a crash.
 */
export class Saga<Input = unknown> implements Executor {
  readonly name: string;
  readonly #runtime: Runtime;
  readonly #desk: SagaDesk;
  readonly #conductor: Conductor;
  readonly #steps: readonly SagaStep[];
  readonly #running = new Map<string, Party>();
  #ownerCount = 0;

  constructor(site: Site, settings: SagaSettings, compensationRetry: SagaOptions['compensationRetry']) {
    const { runtime, name } = site;
    const memory = new SagaMemory(settings.maxEntries);
    const isShared = settings.store !== undefined;
    this.name = name;
    this.#runtime = runtime;
    const meter = meterOf(site, {
      kind: 'saga',
      config: describeConfig({
        ...settings,
        steps: settings.steps.map((step) => step.name).join(', '),
        store: isShared ? 'given' : 'memory',
      }),
      gauges: () => ({
        in_flight: this.#running.size,
        ...(isShared ? {} : { limit: settings.maxEntries, available: memory.freeCount }),
      }),
    });
    // With a store everything that it is given is text, as the log writes it.
    const store = (settings.store ?? memory) as SagaDesk['store'];
    this.#desk = { site, settings, meter, store, newOwner: () => this.#newOwner() };
    const undoing = createRetry(runtime, `${name}: undo`, {
      maxRetries: 5,
      backoff: { kind: 'exponential', baseMs: 200, capMs: 30_000, jitter: 'full' },
      retryOn: (error) => runtime.classifier.classify(error).class !== 'caller',
      ...compensationRetry,
    });
    this.#conductor = new Conductor(this.#desk, undoing);
    this.#steps = settings.steps.map((step) => guardedStep(runtime, name, step));
  }

  /**
   * Runs `fn`, whose steps are undone where it fails. Rejects with a `SagaError` whose cause is the
   * function's error, or the reason of the caller who gave up; with that reason itself where nothing had been
   * done; with `HOLDFAST_IDEMPOTENCY_CONFLICT` where another process has the saga; with an `Error` where its
   * store fails before it begins.
   */
  execute<T>(fn: SagaBody<Input, T>, options: SagaCallOptions<Input> = {}): Promise<T> {
    const mistake = mistakeIn(fn, options);
    if (mistake !== undefined) return Promise.reject(mistake);
    const { id, input } = options;
    return this.#counted(options, () => {
      const known = id === undefined ? this.#newOwner() : readId(id, 'id');
      return this.#shared(known, options.signal, async (controller) => {
        const log = await openLog(this.#desk, known, { input });
        return this.#conductor.conduct(log, fn, { controller, context: options.context });
      });
    });
  }

  /** Runs the steps of the options, and answers what each of them answered, by its name. */
  async run(input: Input, options: SagaCallOptions<Input> = {}): Promise<Readonly<Record<string, unknown>>> {
    return this.execute(this.#declared(), { ...options, input });
  }

  /**
   * Goes on with a saga that was left: forwards, or back where it was being undone. Answers and rejects as
   * the first call would have; with a `RangeError` where nothing is known of it. `fn` is what was handed to
   * `execute`; without it the steps of the options are done.
   */
  resume<T>(id: string, fn?: SagaBody<Input, T>, options: CallOptions = {}): Promise<T> {
    const mistake = mistakeIn(fn ?? this.#declared, options);
    if (mistake !== undefined) return Promise.reject(mistake);
    return this.#counted(options, () =>
      this.#shared(readId(id, 'id'), options.signal, async (controller) => {
        const body = fn ?? this.#declared();
        const log = await openLog(this.#desk, id);
        return this.#conductor.conduct(log, body, { controller, context: options.context });
      }),
    );
  }

  /** Resumes, one after the other, the sagas that nobody has at present. Rejects where its store fails. */
  async resumeAll(fn?: SagaBody<Input, unknown>): Promise<ResumeReport> {
    const { store } = this.#desk;
    const nowAt = this.#runtime.clock.now();
    const report = { done: new Array<string>(), failed: new Array<string>() };
    for (const id of await store.unfinished({ saga: this.name, nowAt, limit: resumedAtOnce })) {
      await this.resume(id, fn).then(
        () => report.done.push(id),
        () => report.failed.push(id),
      );
    }
    return report;
  }

  /** `fn` gets the scope of the saga behind its own arguments. Its parameters must have no defaults. */
  wrap<This, A extends unknown[], T>(
    fn: (this: This, ...args: [...A, SagaScope<Input>]) => T | PromiseLike<T>,
  ): (this: This, ...args: A) => Promise<T>;
  wrap<This, A extends unknown[], T>(
    fn: (this: This, ...args: A) => T | PromiseLike<T>,
  ): (this: This, ...args: A) => Promise<T>;
  wrap<This, T>(
    fn: (this: This, ...args: never[]) => T | PromiseLike<T>,
  ): (this: This, ...args: unknown[]) => Promise<T> {
    const execute = this.execute.bind(this);
    const wrapped = function (this: This, ...args: unknown[]): Promise<T> {
      const arity = Math.max(0, fn.length - 1);
      const missing = Array.from({ length: Math.max(0, arity - args.length) });
      // The overloads say what they are.
      return execute<T>((saga) => fn.apply(this, [...args, ...missing, saga] as never[]));
    };
    return inPlaceOf(fn, wrapped, 1);
  }

  async #counted<T>({ signal, operation }: CallOptions, start: () => Promise<unknown>): Promise<T> {
    const { meter } = this.#desk;
    const { clock, classifier } = this.#runtime;
    const startedMs = clock.monotonic();
    try {
      signal?.throwIfAborted();
      const value = await start();
      meter.count(countIndex.success);
      meter.time(clock.monotonic() - startedMs);
      return value as T; // an id stands for one function
    } catch (error) {
      if (signal?.aborted && isReason(error, signal.reason)) countCancelled(meter);
      else {
        const classification = classifier.classify(error);
        const isHeld = hasCode(error, 'HOLDFAST_IDEMPOTENCY_CONFLICT');
        meter.count(countIndex[isHeld ? 'rejected' : outcomeOf({ error, classification })]);
        meter.time(clock.monotonic() - startedMs);
        // What undid a saga has been counted where it was seen.
        if (!(error instanceof SagaError))
          noteError(this.#runtime, { meter, error, classification, operation, sinceMs: startedMs });
      }
      throw error;
    }
  }

  #shared(
    id: string,
    signal: AbortSignal | undefined,
    begin: (controller: AbortController) => Promise<unknown>,
  ): Promise<unknown> {
    let party = this.#running.get(id);
    if (party !== undefined) this.#desk.meter.count(countIndex.coalesced);
    else {
      party = new Party((controller) => begin(controller).finally(() => this.#running.delete(id)));
      this.#running.set(id, party);
    }
    return party.join(signal);
  }

  #declared(): SagaBody<Input, Readonly<Record<string, unknown>>> {
    if (this.#steps.length === 0)
      throw new TypeError(`saga "${this.name}" has no \`steps\`: hand in the function that does them`);
    return async (saga) => {
      for (const step of this.#steps) await saga.step(step.name, step);
      return saga.results;
    };
  }

  #newOwner(): string {
    const { clock, random } = this.#runtime;
    this.#ownerCount += 1;
    return `${clock.now().toString(36)}.${random().toString(36).slice(2)}.${this.#ownerCount}`;
  }
}

const resumedAtOnce = 1_000;

/** The same step behind its retries and its time-out, where it has any. */
function guardedStep(runtime: Runtime, saga: string, step: SagaStep): SagaStep {
  const { name, retry, timeoutMs } = step;
  if (retry === undefined && timeoutMs === undefined) return step;
  const pipeline = createPipeline(runtime, `${saga}: ${name}`, present({ retry, timeoutMs }));
  return {
    name,
    run: (call) =>
      pipeline.execute(({ signal, attempt }) => step.run({ ...call, signal, attempt }), {
        signal: call.signal,
      }),
    ...(step.compensate && { compensate: (call, result) => step.compensate?.(call, result) }),
  };
}

function isReason(error: unknown, reason: unknown): boolean {
  return error === reason || (error instanceof SagaError && error.cause === reason);
}
