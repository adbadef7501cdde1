import { type Check, name, number, objectOf, ratio, withDefault } from '../../options/checks.ts';
import { configChanges } from '../../options/describe-config.ts';
import type { Runtime } from '../../runtime.ts';
import type { MeterOptions } from '../../telemetry/meter.ts';

/**
 * Tokens that retries take and successes give back, so that retries do not add to an outage. The model and
 * the defaults are those of the AWS SDKs ("standard" retries of 2026, `@smithy/core`); with
 * `{ maxTokens: 10, retryCost: 1, throttledRetryCost: 1, tokenRatio: 0.1, reserveRatio: 0.5 }` it throttles
 * as gRPC does (proposal A6).
 */
export interface RetryBudgetOptions {
  /** All retries of the agent that name the same budget share it. */
  readonly name: string;
  /** Tokens at the start, and at most. Default 500. */
  readonly maxTokens?: number;
  /** What a retry takes. Default 14. */
  readonly retryCost?: number;
  /** What a retry after a `throttled` error takes. Default 5. */
  readonly throttledRetryCost?: number;
  /**
   * What a call gives back that succeeds at once. One that succeeds after retries gives back what the last of
   * them took. Default 1.
   */
  readonly tokenRatio?: number;
  /** A retry is made only where this share of `maxTokens` is left after it, 0 to 1. Default 0. */
  readonly reserveRatio?: number;
}

export type RetryBudgetSettings = Required<RetryBudgetOptions>;

/** A budget's options, or only its name. */
export const readBudget: Check<RetryBudgetSettings> = (value, place) => {
  const settings = readSettings(typeof value === 'string' ? { name: value } : value, place);
  const { maxTokens, retryCost, throttledRetryCost, reserveRatio } = settings;
  const spendable = maxTokens * (1 - reserveRatio);
  if (Math.max(retryCost, throttledRetryCost) > spendable)
    throw new RangeError(
      `\`${place}\` would never allow a retry: \`retryCost\` and \`throttledRetryCost\` must be at most ` +
        `${spendable}, got ${retryCost} and ${throttledRetryCost}`,
    );
  return settings;
};

const tokens = number({ min: 0.001, max: 1_000_000 });
const readSettings = objectOf({
  name,
  maxTokens: withDefault(500, tokens),
  retryCost: withDefault(14, tokens),
  throttledRetryCost: withDefault(5, tokens),
  tokenRatio: withDefault(1, tokens),
  reserveRatio: withDefault(0, (value, place) => (value === 0 ? 0 : ratio(value, place))),
});

/** The budget of that name; made by the first who names it. Throws where it was made with other options. */
export function budgetOf(runtime: Runtime, settings: RetryBudgetSettings): RetryBudget {
  const known = budgets.get(runtime) ?? new Map<string, RetryBudget>();
  budgets.set(runtime, known);
  const budget = known.get(settings.name) ?? new RetryBudget(settings);
  known.set(settings.name, budget);
  const changes = configChanges(budget.settings, settings);
  if (changes.length > 0)
    throw new Error(`retry budget \`${settings.name}\` exists with other options: ${changes.join(', ')}`);
  return budget;
}

const budgets = new WeakMap<Runtime, Map<string, RetryBudget>>();

/** The level of a budget, for the resource whose retries take from it. */
export function gaugesOf(budget: RetryBudget | undefined): Pick<MeterOptions, 'gauges'> {
  return budget === undefined ? {} : { gauges: () => ({ available: budget.available }) };
}

export class RetryBudget {
  readonly settings: RetryBudgetSettings;
  #tokens: number;

  constructor(settings: RetryBudgetSettings) {
    this.settings = settings;
    this.#tokens = settings.maxTokens;
  }

  /** Whole tokens that are left. */
  get available(): number {
    return Math.floor(this.#tokens);
  }

  /** What a retry has taken; nothing where it is not allowed. */
  take(isThrottled: boolean): number | undefined {
    const { maxTokens, retryCost, throttledRetryCost, reserveRatio } = this.settings;
    const cost = isThrottled ? throttledRetryCost : retryCost;
    if (this.#tokens - cost < maxTokens * reserveRatio) return undefined;
    this.#tokens -= cost;
    return cost;
  }

  /** For a call that succeeded; `taken` is what its last retry took, 0 where it needed none. */
  giveBack(taken: number): void {
    const { maxTokens, tokenRatio } = this.settings;
    this.#tokens = Math.min(maxTokens, this.#tokens + (taken === 0 ? tokenRatio : taken));
  }
}
