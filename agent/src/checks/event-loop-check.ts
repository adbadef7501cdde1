import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { HealthProbe } from '../health/probe.ts';
import { number, readOptions, withDefault } from '../options/checks.ts';
import { inOrder, judge } from './judge.ts';

export interface EventLoopCheckOptions {
  /** With more lag than this it is `degraded`. Default 100. */
  readonly degradedAboveMs?: number;
  /** With more lag than this it is `down`. Default 1000. */
  readonly downAboveMs?: number;
}

/**
 * How late the event loop is: the 99th percentile since the check last ran. It is measured from when this is
 * called, with a timer that does not keep the process alive. Throws for bad options.
 */
export function eventLoopCheck(options: EventLoopCheckOptions = {}): HealthProbe {
  const { degradedAboveMs, downAboveMs } = readOptions(optionChecks, options, 'eventLoopCheck');
  const levels = { degraded: degradedAboveMs, down: downAboveMs };
  inOrder(levels, { degraded: 'degradedAboveMs', down: 'downAboveMs' });
  const delays = monitorEventLoopDelay({ resolution: resolutionMs });
  delays.enable();
  return () => {
    const lagMs = Math.max(0, Math.round(delays.percentile(99) / 1e6 - resolutionMs));
    delays.reset();
    return judge(lagMs, levels, `the event loop is ${lagMs} ms late`);
  };
}

/** What Node measures has the time between two looks in it. */
const resolutionMs = 10;

const optionChecks = {
  degradedAboveMs: withDefault(100, number()),
  downAboveMs: withDefault(1_000, number()),
};
