import type { Runtime } from '../../runtime.ts';
import type { Executor } from '../call.ts';
import { Engine } from '../engine/engine.ts';
import { type Site, siteOf } from '../site.ts';
import { type LoadShedderOptions, type LoadShedderSettings, readLoadShedderOptions } from './options.ts';
import { Shedder } from './shedder.ts';

export type { LoadShedderOptions } from './options.ts';

/**
 * Turns calls away while there are too many of them, the least important first, with `HOLDFAST_LOAD_SHED`.
 */
export type LoadShedder = Executor;

/** Throws a `TypeError` or `RangeError` for wrong options. */
export function createLoadShedder(runtime: Runtime, name: string, options: LoadShedderOptions): LoadShedder {
  const settings = readLoadShedderOptions(options, '');
  const site = siteOf(runtime, name, settings.dependency);
  const shedder = createShedding(site, settings);
  return new Engine(site, { kind: 'load_shedder', meter: shedder.meter }, { loadShedder: shedder });
}

/** Load shedding as a layer of a pipeline, or of an engine of its own. */
export function createShedding(site: Site, settings: LoadShedderSettings): Shedder {
  return new Shedder(site, settings);
}
