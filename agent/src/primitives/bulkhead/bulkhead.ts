import type { Runtime } from '../../runtime.ts';
import type { Executor } from '../call.ts';
import { Engine } from '../engine/engine.ts';
import { siteOf } from '../site.ts';
import { type BulkheadOptions, readBulkheadOptions } from './options.ts';
import { Slots } from './slots.ts';

export type { BulkheadOptions } from './options.ts';

/** Lets so many calls run at once, so many more wait, and rejects the rest with `HOLDFAST_BULKHEAD_FULL`. */
export type Bulkhead = Executor;

/** Throws a `TypeError` or `RangeError` for wrong options. */
export function createBulkhead(runtime: Runtime, name: string, options: BulkheadOptions): Bulkhead {
  const settings = readBulkheadOptions(options, '');
  const site = siteOf(runtime, name, settings.dependency);
  const slots = new Slots(site, settings);
  return new Engine(site, { kind: 'bulkhead', meter: slots.meter }, { bulkhead: slots });
}
