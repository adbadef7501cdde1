import { statfs } from 'node:fs/promises';
import type { HealthProbe } from '../health/probe.ts';
import { number, readOptions, text, withDefault } from '../options/checks.ts';
import { inOrder, judge, percent } from './judge.ts';
import { unlessAborted } from './timed.ts';

export interface DiskCheckOptions {
  /** With less free space than this share, 0 to 1, it is `degraded`. Default 0.1. */
  readonly degradedBelowRatio?: number;
  /** With less free space than this share it is `down`. Default 0.02. */
  readonly downBelowRatio?: number;
}

/** How much space is left where `path` is, for who is not root. Throws for bad options. */
export function diskCheck(path: string, options: DiskCheckOptions = {}): HealthProbe {
  const place = text(4_096)(path, 'diskCheck path');
  const { degradedBelowRatio, downBelowRatio } = readOptions(optionChecks, options, 'diskCheck');
  const levels = { degraded: -degradedBelowRatio, down: -downBelowRatio }; // less is worse
  inOrder(levels, { degraded: 'degradedBelowRatio', down: 'downBelowRatio' });
  return async ({ signal }) => {
    const { bavail, blocks } = await unlessAborted(signal, statfs(place));
    const freeRatio = blocks === 0 ? 1 : bavail / blocks; // some virtual file systems have no size
    return judge(-freeRatio, levels, `${percent(freeRatio)} of ${place} is free`);
  };
}

const optionChecks = {
  degradedBelowRatio: withDefault(0.1, number({ max: 1 })),
  downBelowRatio: withDefault(0.02, number({ max: 1 })),
};
