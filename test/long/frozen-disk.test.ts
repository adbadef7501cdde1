import { execFileSync } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { expect } from 'vitest';
import { spoolAgent, work } from '../agent/spool/support/spool-agent.ts';
import { startTestCollector } from '../collector/support/start-collector.ts';
import { hurriedClock } from '../reliability/support/hurried-clock.ts';
import { testWhere } from '../support/needs.ts';
import { powerCutDisk } from '../support/power-cut-disk.ts';
import { repository } from '../support/product.ts';
import { scopeOfTest } from '../support/scope.ts';
import { waitFor } from '../support/wait-for.ts';

testWhere('loop devices')('a disk that stops later holds up neither telemetry nor files', async () => {
  const scope = scopeOfTest();
  const { folder: spoolDir } = await powerCutDisk(scope, 16_777_216);
  const collector = await startTestCollector(scope);
  const { agent, faults } = spoolAgent(scope, {
    collector: collector.url,
    spoolDir,
    clock: hurriedClock(4),
  });
  await waitFor(() => agent.status.connected && agent.status.spool?.bytes !== 0, {
    what: 'the first batch',
  });
  execFileSync('fsfreeze', ['--freeze', spoolDir]);
  try {
    await work(agent, { calls: 3, changes: 2 });
    await waitFor(() => faults.length > 0, { what: 'the report', withinMs: 30_000 });
    expect(faults).toEqual(['the spool fails: the disk does not answer']);
    expect(await agent.flush({ deadlineMs: 30_000 })).toMatchObject({ pendingCount: 0 });
    await Promise.all(Array.from({ length: 8 }, () => stat(repository))); // there are threads for these
  } finally {
    execFileSync('fsfreeze', ['--unfreeze', spoolDir]);
  }
});
