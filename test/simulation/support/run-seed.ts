import type { Batch } from '@holdfast/shared';
import { isDrained, violationsOf } from './invariants.ts';
import { plainSeams, type Seams } from './seams.ts';
import { type FaultName, faultNames, World } from './world.ts';

export interface SeedReport {
  readonly seed: number;
  /** What did not hold, in words; empty where all did. */
  readonly violations: readonly string[];
  /** How much happened, so that an idle run is not taken for a good one. */
  readonly happened: Readonly<Record<FaultName | Happening, number>>;
}

type Happening =
  | 'batches'
  | 'resent'
  | 'gaps'
  | 'merged'
  | 'summarised'
  | 'dropped'
  | 'throttled'
  | 'failed_commits';

const stepMs = 250;
const drainMs = 60_000;
/** How probable each fault is in a step. */
const chances: Readonly<Record<FaultName, number>> = {
  cut: 0.015,
  half_open: 0.008,
  stall: 0.02,
  parting: 0.004,
  commit_failure: 0.008,
  slow_commit: 0.01,
  overload: 0.005,
  collector_kill: 0.008,
  agent_kill: 0.005,
  restore: 0.005,
};

/** Plays one world from its seed: faults for half a minute to two, then peace, in which all must arrive. */
export async function runSeed(seed: number, seams: Seams = plainSeams): Promise<SeedReport> {
  const world = new World(seed, seams);
  await world.start();
  const steps = 120 + Math.floor(world.upTo(360));
  // Every other world never sees a restore, and must never see a gap.
  const possible = faultNames.filter((fault) => fault !== 'restore' || seed % 2 === 0);
  for (let step = 0; step < steps; step++) {
    await Promise.all(world.services.map((service) => service.work()));
    if (world.random() < 0.01) world.backUp();
    for (const fault of possible) if (world.random() < chances[fault]) await world.befall(fault);
    await world.clock.advance(stepMs);
  }
  await world.heal();
  let drainedMs = 0;
  while (drainedMs < drainMs && !isDrained(world)) {
    await world.clock.advance(1_000);
    drainedMs += 1_000;
  }
  await world.clock.advance(1_000); // what was acknowledged last is folded
  const late = isDrained(world) ? [] : [`I4: not everything had arrived after ${drainMs / 1_000} s of peace`];
  const report = { seed, violations: [...late, ...violationsOf(world)], happened: happenedIn(world) };
  await world.end();
  return report;
}

function happenedIn(world: World): SeedReport['happened'] {
  const runs = [...world.sent.runs.values()];
  const batches = runs.flatMap((run) => [...run.batches.values()].map(({ batch }) => batch));
  const faults = Object.fromEntries(faultNames.map((fault) => [fault, world.faults.get(fault) ?? 0]));
  return {
    ...(faults as Record<FaultName, number>), // a number for each name, just above
    batches: batches.length,
    resent: runs.reduce((sum, run) => sum + run.resentCount, 0),
    gaps: world.collector.disk.entries.filter(({ fact }) => fact.type === 'gap').length,
    merged: batches.reduce((sum, batch) => sum + mergedIn(batch), 0),
    summarised: batches.filter(({ events }) => events.some((event) => 'edges' in event)).length,
    dropped: batches.filter(({ dropped }) => dropped?.['event/queue_overflow'] !== undefined).length,
    throttled: batches.filter(({ dropped }) => dropped?.['sample/throttled'] !== undefined).length,
    failed_commits: world.collector.store?.failedCount ?? 0,
  };
}

/** A service calls a breaker twice a second: rollups of many calls are the sums of several seconds. */
function mergedIn({ rollups }: Batch): number {
  return (rollups?.counts.success ?? []).filter((count) => count > 4).length;
}
