import { createAgent } from '@holdfast/agent';
import { SeededRandom } from '@holdfast/agent/testing';
import { expect, test } from 'vitest';
import { systemClock } from '../../../agent/src/time/system-clock.ts';
import { getJson } from '../../support/http.ts';
import { scopeOfTest } from '../../support/scope.ts';
import { startTestCollector } from '../support/start-collector.ts';

test.each(['connection', 'request'] as const)('a copy of a process goes on by %s', async (mode) => {
  const scope = scopeOfTest();
  const { url } = await startTestCollector(scope);
  // The same time and the same random numbers: the second agent draws the epoch of the first.
  const clock = { ...systemClock, now: () => 1_700_000_000_000 };
  for (const calls of [5, 3]) {
    const agent = createAgent({
      service: 'copied',
      instance: 'copied-1',
      collector: url,
      mode,
      clock,
      random: new SeededRandom(1).next,
    });
    const retry = agent.retry('work');
    for (let i = 0; i < calls; i++) await retry.execute(() => 'fine');
    await expect.poll(async () => (await agent.flush()).storedCount, { timeout: 20_000 }).toBeGreaterThan(0);
    await agent.close();
    expect(agent.status.droppedCount).toBe(0);
  }
  const address = `${url}/api/v1/resources/copied/retry/work`;
  await expect
    .poll(async () => (await getJson<{ totals: { success?: number } }>(address)).totals.success)
    .toBe(8);
});
