import {
  type Check,
  name,
  number,
  objectOf,
  optional,
  ratio,
  whole,
  withDefault,
} from '../../options/checks.ts';

export interface HedgeOptions {
  /**
   * How long a call may take before a further attempt is sent. Where `percentile` is given too, it holds
   * until enough calls are measured.
   */
  readonly delayMs?: number;
  /**
   * A delay that is measured: as long as that share of the calls takes. Default, where there is no `delayMs`:
   * 0.95 of at least 100 calls.
   */
  readonly percentile?: PercentileOptions;
  /** Further attempts of one call. Default 1. */
  readonly maxHedges?: number;
  /**
   * Further attempts at most, as a share of the calls. Default 0.1. What was not used adds up to 10 attempts,
   * and that many may be sent at the start.
   */
  readonly budgetRatio?: number;
  /** What is called, for people. */
  readonly dependency?: string;
}

export interface PercentileOptions {
  /** 0.95: the slowest twentieth of the calls gets a further attempt. Default 0.95. */
  readonly ratio?: number;
  /** Before so many calls have been answered, the percentile is not known. Default 100. */
  readonly minimumCalls?: number;
}

export interface HedgeSettings {
  readonly delayMs?: number;
  readonly percentile?: Required<PercentileOptions>;
  readonly maxHedges: number;
  readonly budgetRatio: number;
}

/** Checks the options and fills in the defaults. */
export const readHedgeOptions: Check<HedgeSettings & Pick<HedgeOptions, 'dependency'>> = objectOf({
  delayMs: optional(number()),
  percentile: optional(
    objectOf({
      ratio: withDefault(0.95, ratio),
      minimumCalls: withDefault(100, whole({ min: 1, max: 10_000 })),
    }),
  ),
  maxHedges: withDefault(1, whole({ min: 1, max: 10 })),
  budgetRatio: withDefault(0.1, ratio),
  dependency: optional(name),
});
