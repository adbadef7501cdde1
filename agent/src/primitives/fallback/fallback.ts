import { describeConfig } from '../../options/describe-config.ts';
import type { Runtime } from '../../runtime.ts';
import type { Executor } from '../call.ts';
import { Engine } from '../engine/engine.ts';
import { meterOf, siteOf } from '../site.ts';
import { type FallbackOptions, readFallbackOptions } from './options.ts';
import { StandIn } from './stand-in.ts';

export type { FallbackOptions } from './options.ts';

/** Answers with something else where a call fails. */
export type Fallback = Executor;

/** Throws a `TypeError` for wrong options. */
export function createFallback(runtime: Runtime, name: string, options: FallbackOptions): Fallback {
  const settings = readFallbackOptions(options, '');
  const site = siteOf(runtime, name, settings.dependency);
  const meter = meterOf(site, { kind: 'fallback', config: describeConfig(settings) });
  return new Engine(site, { kind: 'fallback', meter }, { standIn: new StandIn(site, meter, settings) });
}
