import { type BreakerState, breakerStates, type TransitionCause } from '@holdfast/shared';
import { OptionReader } from '../../options/option-reader.ts';
import { present } from '../../present.ts';

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

/** Checks the options and fills in the defaults. `place` stands before their names in messages. */
export function readBreakerOptions(options: CircuitBreakerOptions, place = ''): BreakerSettings {
  const read = new OptionReader(place, options, optionNames);
  for (const name of predicateNames) read.requireFunction(name);
  read.requireName('dependency');
  const { openDurationMs, countsAsFailure, countsResultAsFailure, ignores, tripsOn, dependency } = options;
  return {
    failureRatio: read.ratio('failureRatio', 0.5),
    slowCallRatio: read.ratio('slowCallRatio', 1),
    slowCallMs: read.number('slowCallMs', 60_000),
    window: read.has('window') ? readWindow(read) : { kind: 'count', size: 100 },
    minimumCalls: read.whole('minimumCalls', 100, { min: 1, max: maxWindowSize }),
    openDurationMs:
      typeof openDurationMs === 'function' ? openDurationMs : read.number('openDurationMs', 60_000),
    halfOpenCalls: read.whole('halfOpenCalls', 10, { min: 1, max: maxWindowSize }),
    halfOpenMaxWaitMs: read.number('halfOpenMaxWaitMs', 0),
    halfOpenMaxWaitTo: read.oneOf('halfOpenMaxWaitTo', ['open', 'closed'], 'open'),
    halfOpenAutomatically: read.boolean('halfOpenAutomatically'),
    initialState: read.oneOf('initialState', breakerStates, 'closed'),
    ...present({ countsAsFailure, countsResultAsFailure, ignores, tripsOn, dependency }),
  };
}

function readWindow(read: OptionReader): BreakerSettings['window'] {
  const window = read.nested('window', ['kind', 'size', 'seconds']);
  const kind = window.oneOf('kind', ['count', 'time'], 'count');
  const own = read.nested('window', kind === 'count' ? ['kind', 'size'] : ['kind', 'seconds']);
  return kind === 'count'
    ? { kind, size: own.whole('size', 100, { min: 1, max: maxWindowSize }) }
    : { kind, seconds: own.whole('seconds', 60, { min: 1, max: 86_400 }) };
}

const predicateNames = ['countsAsFailure', 'countsResultAsFailure', 'ignores', 'tripsOn'] as const;

const optionNames: readonly (keyof CircuitBreakerOptions)[] = [
  'failureRatio',
  'slowCallRatio',
  'slowCallMs',
  'window',
  'minimumCalls',
  'openDurationMs',
  'halfOpenCalls',
  'halfOpenMaxWaitMs',
  'halfOpenMaxWaitTo',
  'halfOpenAutomatically',
  'initialState',
  'dependency',
  ...predicateNames,
];

const maxWindowSize = 100_000;
