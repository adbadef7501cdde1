import { type BreakerState, breakerStates, type TransitionCause } from '@holdfast/shared';
import {
  boolean,
  type Check,
  func,
  name,
  number,
  objectOf,
  oneOf,
  optional,
  ratio,
  whole,
  withDefault,
} from '../../options/checks.ts';

/** What the breaker remembers: the last `size` outcomes, or those of the last `seconds` seconds. */
export type BreakerWindow =
  | { readonly kind: 'count'; readonly size?: number }
  | { readonly kind: 'time'; readonly seconds?: number };

export interface CircuitBreakerOptions {
  /** Opens when this share of the calls in the window failed. Default 0.5. */
  readonly failureRatio?: number;
  /** Opens when this share of the calls in the window was slow. Default 1. */
  readonly slowCallRatio?: number;
  /** A call that takes longer than this is slow. Default 60 000. */
  readonly slowCallMs?: number;
  /** Default `{ kind: 'count', size: 100 }`; for time 60 seconds. */
  readonly window?: BreakerWindow;
  /**
   * With fewer outcomes than this in the window nothing is decided. Default 100; at most a count window's
   * size.
   */
  readonly minimumCalls?: number;
  /**
   * How long an open breaker rejects before it lets probes through. A function is given how many times it
   * opened since it was last closed, and why it opened now. Default 60 000.
   */
  readonly openDurationMs?: number | ((attempt: number, cause: TransitionCause) => number);
  /** How many calls are let through half open. Default 10. */
  readonly halfOpenCalls?: number;
  /** How long to wait half open for a verdict. Default 0: for ever. */
  readonly halfOpenMaxWaitMs?: number;
  /** Where to go when that time is over. Default `open`. */
  readonly halfOpenMaxWaitTo?: 'open' | 'closed';
  /** Goes half open by a timer rather than with the next call. Default false. */
  readonly halfOpenAutomatically?: boolean;
  /** Whether an error counts as a failure, else as a success. Default: what the classifier says. */
  readonly countsAsFailure?: (error: unknown) => boolean;
  /** Whether a result counts as a failure. The caller gets it all the same. */
  readonly countsResultAsFailure?: (result: unknown) => boolean;
  /** Whether an error counts neither way. */
  readonly ignores?: (error: unknown) => boolean;
  /**
   * Whether an error opens the breaker at once: for `openForMs`; or with `true` for the error's own
   * `Retry-After`, else for the usual open duration.
   */
  readonly tripsOn?: (error: unknown) => boolean | { readonly openForMs: number } | undefined;
  /** Default `closed`. */
  readonly initialState?: BreakerState;
  /** What the breaker protects from, for people. */
  readonly dependency?: string;
}

/** The options with their defaults. */
export interface BreakerSettings
  extends Required<Omit<CircuitBreakerOptions, 'window' | PredicateName | 'dependency'>>,
    Pick<CircuitBreakerOptions, PredicateName | 'dependency'> {
  readonly window:
    | { readonly kind: 'count'; readonly size: number }
    | { readonly kind: 'time'; readonly seconds: number };
}

type PredicateName = 'countsAsFailure' | 'countsResultAsFailure' | 'ignores' | 'tripsOn';

const maxWindowSize = 100_000;
const callCount = whole({ min: 1, max: maxWindowSize });

const readWindow: Check<BreakerSettings['window']> = (window, place) => {
  const isTime = typeof window === 'object' && window !== null && Reflect.get(window, 'kind') === 'time';
  return isTime ? timeWindow(window, place) : countWindow(window, place);
};
const timeWindow = objectOf({
  kind: oneOf(['time']),
  seconds: withDefault(60, whole({ min: 1, max: 86_400 })),
});
const countWindow = objectOf({ kind: withDefault('count', countKind), size: withDefault(100, callCount) });

/** Names both kinds where it is neither. */
function countKind(kind: unknown, place: string): 'count' {
  return oneOf(['count', 'time'])(kind, place) && 'count';
}

/** Checks the options and fills in the defaults. */
export const readBreakerOptions: Check<BreakerSettings> = objectOf({
  failureRatio: withDefault(0.5, ratio),
  slowCallRatio: withDefault(1, ratio),
  slowCallMs: withDefault(60_000, number()),
  window: withDefault({ kind: 'count', size: 100 }, readWindow),
  minimumCalls: withDefault(100, callCount),
  openDurationMs: withDefault<BreakerSettings['openDurationMs']>(60_000, (value, place) =>
    typeof value === 'function' ? func<OpenDuration>()(value, place) : number()(value, place),
  ),
  halfOpenCalls: withDefault(10, callCount),
  halfOpenMaxWaitMs: withDefault(0, number()),
  halfOpenMaxWaitTo: withDefault('open', oneOf(['open', 'closed'])),
  halfOpenAutomatically: withDefault(false, boolean),
  initialState: withDefault('closed', oneOf(breakerStates)),
  countsAsFailure: optional(func<(error: unknown) => boolean>()),
  countsResultAsFailure: optional(func<(result: unknown) => boolean>()),
  ignores: optional(func<(error: unknown) => boolean>()),
  tripsOn: optional(func<NonNullable<CircuitBreakerOptions['tripsOn']>>()),
  dependency: optional(name),
});

type OpenDuration = (attempt: number, cause: TransitionCause) => number;
