import { describeConfig } from '../../options/describe-config.ts';
import type { Runtime } from '../../runtime.ts';
import type { Executor } from '../call.ts';
import { Engine } from '../engine/engine.ts';
import { meterOf, siteOf } from '../site.ts';
import { createHedging } from './hedging.ts';
import { type HedgeOptions, readHedgeOptions } from './options.ts';

export type { HedgeOptions } from './options.ts';

/** Sends what takes too long once more, and answers what is answered first. Only for what is idempotent. */
export type Hedge = Executor;

/** Throws a `TypeError` or `RangeError` for wrong options. */
export function createHedge(runtime: Runtime, name: string, options: HedgeOptions = {}): Hedge {
  const settings = readHedgeOptions(options, '');
  const site = siteOf(runtime, name, settings.dependency);
  const meter = meterOf(site, { kind: 'hedge', config: describeConfig(settings) });
  return new Engine(site, { kind: 'hedge', meter }, { hedge: createHedging(site, settings, meter) });
}
