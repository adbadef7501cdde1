import { FakeClock } from '@holdfast/agent/testing';
import { type Collector, type CollectorOptions, startCollector } from '@holdfast/collector';
import type { Scope } from '../../support/scope.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { startAt } from './wire-agent.ts';

export interface TestCollector extends Collector {
  readonly dataDir: string;
  readonly clock: FakeClock;
  /** What it said, one line each. */
  readonly said: readonly string[];
}

/** A collector on a free port, with its own folder and a clock that stands still; it ends with the scope. */
export async function startTestCollector(
  scope: Scope,
  options: Partial<Omit<CollectorOptions, 'clock'>> & { readonly clock?: FakeClock } = {},
): Promise<TestCollector> {
  const dataDir = options.dataDir ?? (await temporaryFolder(scope));
  const clock = options.clock ?? new FakeClock(startAt);
  const said: string[] = [];
  const collector = await startCollector({
    port: 0,
    log: (level, message) => said.push(`${level}: ${message}`),
    ...options,
    dataDir,
    clock,
  });
  scope.onEnd(() => collector.close());
  return { ...collector, dataDir, clock, said };
}
