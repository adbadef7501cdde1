import { describeConfig } from '../../options/describe-config.ts';
import type { Runtime } from '../../runtime.ts';
import type { Executor } from '../call.ts';
import { Engine } from '../engine/engine.ts';
import { meterOf, siteOf } from '../site.ts';
import { type RetryOptions, readRetryOptions } from './options.ts';
import { budgetOf, gaugesOf } from './budget.ts';
import { RetryPolicy } from './policy.ts';

export type { RetryOptions } from './options.ts';

/** Calls again what failed in a way that passes. */
export type Retry = Executor;

/** Throws a `TypeError` or `RangeError` for wrong options. */
export function createRetry(runtime: Runtime, name: string, options: RetryOptions = {}): Retry {
  const settings = readRetryOptions(options, '');
  const site = siteOf(runtime, name, settings.dependency);
  const budget = settings.budget && budgetOf(runtime, settings.budget);
  const meter = meterOf(site, { kind: 'retry', config: describeConfig(settings), ...gaugesOf(budget) });
  const retry = new RetryPolicy(runtime, settings, { meter, budget });
  return new Engine(site, { kind: 'retry', meter }, { retry });
}
