import { getHeapStatistics } from 'node:v8';
import type { HealthProbe } from '../health/probe.ts';
import { number, readOptions, withDefault } from '../options/checks.ts';
import { inOrder, judge, percent } from './judge.ts';

export interface HeapCheckOptions {
  /** With more of the heap in use than this share, 0 to 1, it is `degraded`. Default 0.85. */
  readonly degradedAboveRatio?: number;
  /** With more of the heap in use than this share it is `down`. Default 0.95. */
  readonly downAboveRatio?: number;
}

/** How much of V8's limit the heap has in use: at the limit the process dies. Throws for bad options. */
export function heapCheck(options: HeapCheckOptions = {}): HealthProbe {
  const { degradedAboveRatio, downAboveRatio } = readOptions(optionChecks, options, 'heapCheck');
  const levels = { degraded: degradedAboveRatio, down: downAboveRatio };
  inOrder(levels, { degraded: 'degradedAboveRatio', down: 'downAboveRatio' });
  return () => {
    const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
    return judge(used / limit, levels, `${percent(used / limit)} of the heap is in use`);
  };
}

const optionChecks = {
  degradedAboveRatio: withDefault(0.85, number({ max: 1 })),
  downAboveRatio: withDefault(0.95, number({ max: 1 })),
};
