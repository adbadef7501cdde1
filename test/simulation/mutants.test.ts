import { expect, test } from 'vitest';
import * as agentMutants from './support/agent-mutants.ts';
import * as collectorMutants from './support/collector-mutants.ts';
import type { Seams } from './support/seams.ts';
import { firstFailing, firstSeeds } from './support/seeds.ts';

/** What the simulation has to find. Each steps in between the classes, whose sources stay as they are. */
const mutants: Readonly<Record<string, () => Seams>> = {
  'acknowledged before the commit': collectorMutants.ackBeforeCommit,
  'acknowledged although the commit failed': collectorMutants.ackOfFailedCommit,
  'folded although the commit failed': collectorMutants.foldOfFailedCommit,
  'no dedupe': collectorMutants.noDedupe,
  "resumed from the client's idea of progress": collectorMutants.resumeFromTheClientsIdea,
  'a watermark that is one behind': collectorMutants.watermarkOneBehind,
  'no gap rule after a restore': collectorMutants.noGapRule,
  'a replaced connection is still heard': collectorMutants.oldConnectionIsHeard,
  'batches without their watermark after a failed commit': collectorMutants.watermarkApart,
  'the last entry of a group is forgotten': collectorMutants.lastOfGroupForgotten,
  'a replay that begins too early': collectorMutants.replayFromTooEarly,
  'an epoch that is used again after a restart': agentMutants.epochReused,
  'a rollup merged into a batch that was sent': agentMutants.mergedIntoSentBatch,
  'events dropped without being told': agentMutants.silentDrop,
  'an event lost from a large batch': agentMutants.oneEventLost,
  'a summary that loses a change': agentMutants.summaryLosesOne,
  'changes of state that are throttled': agentMutants.throttledTransition,
  'batches that are never sent again': agentMutants.neverSentAgain,
  'a kind of error lost from a batch': agentMutants.oneKindOfErrorLost,
  'resources that are never introduced again': agentMutants.neverIntroducedAgain,
};

test('stepping in without changing anything is not found', async () => {
  for (const control of [agentMutants.unchanged, collectorMutants.unchanged])
    expect(await firstFailing(firstSeeds(15), control)).toBeUndefined();
}, 120_000);

test.each(Object.entries(mutants))(
  'the simulation finds: %s',
  async (name, seams) => {
    const found = await firstFailing(firstSeeds(500), seams);
    process.stderr.write(`seed ${found?.seed}: ${name}: ${found?.violations[0]}\n`);
    expect(found).toBeDefined();
  },
  600_000,
);
