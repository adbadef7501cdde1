import { name as checkedName, number, optional, readOptions } from '../../options/checks.ts';
import type { Runtime } from '../../runtime.ts';
import { deadlinesOf } from '../../time/deadlines.ts';
import type { Executor } from '../call.ts';
import { Engine } from '../engine/engine.ts';
import { meterOf, siteOf } from '../site.ts';

export interface TimeoutOptions {
  readonly timeoutMs: number;
  /** What may take too long, for people. */
  readonly dependency?: string;
}

/** Ends the wait for what takes too long with `HOLDFAST_TIMED_OUT`, and aborts the function's signal. */
export type Timeout = Executor;

/** Throws a `TypeError` or `RangeError` for wrong options. */
export function createTimeout(runtime: Runtime, name: string, options: TimeoutOptions): Timeout {
  const { timeoutMs, dependency } = readOptions(
    { timeoutMs: number({ min: 1 }), dependency: optional(checkedName) },
    options,
  );
  const site = siteOf(runtime, name, dependency);
  const meter = meterOf(site, { kind: 'timeout', config: { timeoutMs } });
  return new Engine(
    site,
    { kind: 'timeout', meter },
    { timeout: deadlinesOf(runtime.clock, timeoutMs, { keepsAlive: true }) },
  );
}
