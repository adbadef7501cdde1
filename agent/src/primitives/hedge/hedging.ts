import { countIndex } from '@holdfast/shared';
import type { Runtime } from '../../runtime.ts';
import type { Meter } from '../../telemetry/meter.ts';
import { type DeadlineList, deadlinesOf } from '../../time/deadlines.ts';
import type { CallContext, Guarded } from '../call.ts';
import type { Inner } from '../engine/layers.ts';
import type { Site } from '../site.ts';
import { Latencies } from './latencies.ts';
import type { HedgeSettings } from './options.ts';
import { Race } from './race.ts';

/**
 * Hedging as a layer around the function. `meter` is that of the pipeline or hedge it belongs to: it counts
 * what was sent and won there, and the errors that no outer layer gets to see.
 */
export function createHedging(site: Site, settings: HedgeSettings, meter: Meter): Inner {
  return new Hedging(site.runtime, settings, meter);
}

/** What the calls of one hedge have in common: the delay, and the budget of further attempts. */
export class Hedging implements Inner {
  readonly runtime: Runtime;
  readonly settings: HedgeSettings;
  readonly meter: Meter;
  readonly latencies: Latencies | undefined;
  /** In calls: each call brings one, and a further attempt costs as many as share one in the budget. */
  #credit: number;
  readonly #price: number;

  constructor(runtime: Runtime, settings: HedgeSettings, meter: Meter) {
    this.runtime = runtime;
    this.settings = settings;
    this.meter = meter;
    const { percentile = settings.delayMs === undefined ? defaultPercentile : undefined } = settings;
    this.latencies = percentile && new Latencies(percentile);
    this.#price = 1 / settings.budgetRatio;
    this.#credit = maxSaved * this.#price;
  }

  run(fn: Guarded<unknown>, call: CallContext): Promise<unknown> {
    this.#credit = Math.min(this.#credit + 1, maxSaved * this.#price);
    return new Race(this, fn, call).run();
  }

  /** How long to wait for the attempts so far; nothing where that is not known yet. */
  get delay(): DeadlineList | undefined {
    const delayMs = this.latencies?.delayMs ?? this.settings.delayMs;
    return delayMs === undefined ? undefined : deadlinesOf(this.runtime.clock, delayMs, { keepsAlive: true });
  }

  /** Takes a further attempt out of the budget, where it has one. */
  takeHedge(): boolean {
    const isAllowed = this.#credit >= this.#price;
    if (isAllowed) this.#credit -= this.#price;
    this.meter.count(isAllowed ? countIndex.hedges : countIndex.retries_denied);
    return isAllowed;
  }
}

const defaultPercentile = { ratio: 0.95, minimumCalls: 100 };

/** Further attempts that the budget saves for a bad moment. */
const maxSaved = 10;
