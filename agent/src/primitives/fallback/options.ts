import { type ErrorClass, errorClasses } from '@holdfast/shared';
import {
  type Check,
  func,
  listOf,
  mustBe,
  name,
  number,
  objectOf,
  oneOf,
  optional,
  whole,
  withDefault,
} from '../../options/checks.ts';
import type { CallContext, CallOptions, Executor } from '../call.ts';

/** What to answer instead: given the error, and the `context` that the caller handed to `execute`. */
export type FallbackFunction = (error: unknown, context: unknown) => unknown;

/** The answer itself, where it is always the same. */
export type FallbackAnswer = object | string | number | boolean | null;

/** Asks somebody else, guarded by another pipeline or primitive. */
export interface FallbackThrough {
  /** It is handed the signal, key, priority and context of the call that it stands in for. */
  readonly through: Pick<Executor, 'execute'>;
  readonly fn: (call: CallContext, error: unknown, context: unknown) => unknown;
}

/** The answer of an earlier call that succeeded. */
export interface FallbackLastGood {
  readonly lastGood: true | LastGoodOptions;
}

export interface LastGoodOptions {
  /**
   * Whose answer fits: that of a call with the same `key`, or that of any call. Default `key`; a call without
   * a key is then not answered.
   */
  readonly scope?: 'key' | 'all';
  /** How old it may be. Default an hour. */
  readonly maxAgeMs?: number;
  /** How many answers are kept, those that were asked for last. Default 1000. */
  readonly maxKeys?: number;
  /** What to make of it, where the caller is to know how old it is. Default: its value, as it was. */
  readonly answer?: (last: LastGoodValue, error: unknown, context: unknown) => unknown;
}

export interface LastGoodValue {
  readonly value: unknown;
  readonly ageMs: number;
}

export type FallbackStep = FallbackFunction | FallbackThrough | FallbackLastGood | FallbackAnswer;

/**
 * One source of answers, or an array of them, tried in order until one does not fail. An array without a
 * function, `through` or `lastGood` in it is the answer itself.
 */
export type FallbackSources = FallbackStep | readonly FallbackStep[];

/** Which errors are answered: a question, or their classes. */
export type FallbackOn = ((error: unknown) => boolean) | readonly Exclude<ErrorClass, 'cancelled'>[];

export interface FallbackOptions {
  readonly fallback: FallbackSources;
  /**
   * Which errors to answer. Default: all but the caller's own mistakes and critical ones. Cancelled calls
   * never are.
   */
  readonly fallbackOn?: FallbackOn;
  /** What the fallback stands in for, for people. */
  readonly dependency?: string;
}

export type LastGoodSettings = Required<Omit<LastGoodOptions, 'answer'>> & Pick<LastGoodOptions, 'answer'>;

/** Asks a source for its answer. */
export type Source = (error: unknown, options: CallOptions | undefined) => unknown;

export type StepSettings = Source | LastGoodSettings;

export interface FallbackSettings {
  readonly fallback: StepSettings | readonly StepSettings[];
  readonly fallbackOn?: FallbackOn;
}

/** Anything but nothing: what is neither function nor source is the answer. */
export const readFallback: Check<FallbackSettings['fallback']> = (fallback, place) => {
  if (!Array.isArray(fallback) || !fallback.some(canFail)) return readStep(fallback, place);
  const never = fallback.slice(0, -1).findIndex((step) => !canFail(step));
  if (never !== -1)
    throw new TypeError(`\`${place}[${never + 1}]\` is never asked: what stands before it always answers`);
  return listOf(readStep, 10)(fallback, place);
};

export const readFallbackOn: Check<FallbackOn> = (value, place) => {
  if (typeof value === 'function') return func<(error: unknown) => boolean>()(value, place);
  if (Array.isArray(value)) return listOf(oneOf(answerable), answerable.length)(value, place);
  throw new TypeError(mustBe(place, 'a function, or an array of error classes', value));
};

/** Checks the options. */
export const readFallbackOptions: Check<FallbackSettings & Pick<FallbackOptions, 'dependency'>> = objectOf({
  fallback: readFallback,
  fallbackOn: optional(readFallbackOn),
  dependency: optional(name),
});

const readStep: Check<StepSettings> = (step, place) => {
  if (step === undefined) throw new TypeError(`\`${place}\` must be given: a function or an answer`);
  if (typeof step === 'function') {
    const answer = func<FallbackFunction>()(step, place);
    return (error, options) => answer(error, options?.context);
  }
  if (has(step, 'lastGood')) return readLastGood(step, place).lastGood;
  if (!has(step, 'through')) return () => step;
  const { through, fn } = readThrough(step, place);
  return (error, options) => through.execute((call) => fn(call, error, options?.context), options);
};

const readExecutor: Check<Pick<Executor, 'execute'>> = (value, place) => {
  if (isExecutor(value)) return value;
  throw new TypeError(mustBe(place, 'a pipeline or another primitive', value));
};

const readThrough: Check<FallbackThrough> = objectOf({
  through: readExecutor,
  fn: func<FallbackThrough['fn']>(),
});

const readLastGoodOptions: Check<LastGoodSettings> = objectOf({
  scope: withDefault('key', oneOf(['key', 'all'])),
  maxAgeMs: withDefault(3_600_000, number({ min: 1 })),
  maxKeys: withDefault(1_000, whole({ min: 1, max: 1_000_000 })),
  answer: optional(func<NonNullable<LastGoodOptions['answer']>>()),
});

const readLastGood: Check<{ readonly lastGood: LastGoodSettings }> = objectOf({
  lastGood: (value, place) => readLastGoodOptions(value === true ? {} : value, place),
});

/** Whether what stands behind it may ever be asked. */
function canFail(step: unknown): boolean {
  return typeof step === 'function' || has(step, 'lastGood') || has(step, 'through');
}

function has(value: unknown, name: string): boolean {
  return typeof value === 'object' && value !== null && name in value;
}

function isExecutor(value: unknown): value is Pick<Executor, 'execute'> {
  return has(value, 'execute') && typeof Reflect.get(Object(value), 'execute') === 'function';
}

const answerable = errorClasses.filter((errorClass) => errorClass !== 'cancelled');
