import {
  type Check,
  func,
  listOf,
  methods,
  name,
  number,
  objectOf,
  optional,
  text,
  whole,
  withDefault,
} from '../../options/checks.ts';
import type { CallContext } from '../call.ts';
import { type RetryOptions, readRetryOptions } from '../retry/options.ts';
import type { SagaStore } from './store.ts';

/** What a step, or what undoes it, is given. */
export interface StepCall<Input = unknown> extends CallContext {
  /** The saga's. */
  readonly id: string;
  /** The same however often this step of this run is tried: a key for whoever is asked to do it once. */
  readonly key: string;
  readonly input: Input;
  /** What the steps that are done answered, by their names. */
  readonly results: Readonly<Record<string, unknown>>;
  /** What the caller handed to the saga; nothing after a crash. */
  readonly context: unknown;
}

export interface StepActions<Input = unknown, T = unknown> {
  run(call: StepCall<Input>): T | PromiseLike<T>;
  /**
   * Takes it back. There is no `result` where nobody knows whether the step happened. It may be asked more
   * than once, and must do no harm where nothing happened. A step without it needs no undoing.
   */
  compensate?(call: StepCall<Input>, result: T | undefined): unknown;
}

/** A step that is known before the saga runs. */
export interface SagaStep<Input = unknown, T = unknown> extends StepActions<Input, T> {
  readonly name: string;
  readonly retry?: RetryOptions;
  /** For each attempt. */
  readonly timeoutMs?: number;
}

export interface SagaOptions<Input = unknown> {
  /** What `run` and `resume` do, one after the other. Default: none; then `execute` is given a function. */
  readonly steps?: readonly SagaStep<Input>[];
  /** Where progress is kept. Default: in this process. */
  readonly store?: SagaStore;
  /** Sagas that are kept in this process at most, those that are over first forgotten. Default 1 000. */
  readonly maxEntries?: number;
  /**
   * With a `store`: how long a saga is taken that nobody renews. It is renewed every third of this while the
   * saga runs, so it is how soon another process can resume it after a crash. Default 60 000.
   */
  readonly leaseMs?: number;
  /**
   * How often a compensation is tried. Default 5 retries, exponential from 200 ms up to 30 s with full
   * jitter, after all errors but the caller's own mistakes.
   */
  readonly compensationRetry?: RetryOptions;
  /**
   * Whether a step that failed with this error may have happened all the same: then it is undone, too.
   * Default: where the classifier says that a retry needs idempotency, as after a time-out.
   */
  readonly mayHaveHappened?: (error: unknown) => boolean;
  /** What it is about, for people. */
  readonly dependency?: string;
}

export interface SagaSettings extends Pick<SagaOptions, 'store' | 'mayHaveHappened' | 'dependency'> {
  readonly steps: readonly SagaStep[];
  readonly maxEntries: number;
  readonly leaseMs: number;
}

/** Checks the options and fills in the defaults. What is in `compensationRetry` is read by its retry. */
export const readSagaOptions: Check<SagaSettings> = (value, place) => {
  const { maxEntries, compensationRetry: _read, steps, ...settings } = read(value, place);
  if (maxEntries !== undefined && settings.store !== undefined)
    throw new TypeError(
      '`maxEntries` bounds what is kept in this process; with a `store` it must be left out',
    );
  const names = steps.map((step) => step.name);
  const twice = names.find((one, index) => names.indexOf(one) !== index);
  if (twice !== undefined) throw new RangeError(`\`steps\` must have different names, got "${twice}" twice`);
  return { ...settings, steps, maxEntries: maxEntries ?? 1_000 };
};

/** Throws unless it is fit to be the id of a saga. */
export const readId: Check<string> = (value, place) => {
  const id = text(256)(value, place);
  if (id !== '') return id;
  throw new RangeError(`\`${place}\` must have 1 to 256 characters, got none`);
};

const stepChecks = objectOf({
  name,
  run: func<SagaStep['run']>(),
  compensate: optional(func<NonNullable<SagaStep['compensate']>>()),
  retry: optional(readRetryOptions),
  timeoutMs: optional(number({ min: 1 })),
});

/** The step as it was given: its retries are read once more by its pipeline. */
const readStep: Check<SagaStep> = (value, place) => {
  stepChecks(value, place);
  return value as SagaStep; // it has just been checked
};

const read = objectOf({
  steps: withDefault([], listOf(readStep, 100)),
  store: optional(methods<SagaStore>('begin', 'save', 'unfinished')),
  maxEntries: optional(whole({ min: 1, max: 10_000_000 })),
  leaseMs: withDefault(60_000, number({ min: 10 })),
  compensationRetry: optional(readRetryOptions),
  mayHaveHappened: optional(func<(error: unknown) => boolean>()),
  dependency: optional(name),
});
