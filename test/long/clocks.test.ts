import { startCollector } from '@holdfast/collector';
import type { AgentView, ListAnswer } from '@holdfast/shared';
import { expect } from 'vitest';
import { systemClock } from '../../collector/src/time/system-clock.ts';
import { readStoredLog } from '../reliability/support/stored-log.ts';
import { getJson } from '../support/http.ts';
import { settableClock } from '../support/libfaketime.ts';
import { testWhere } from '../support/needs.ts';
import { scopeOfTest } from '../support/scope.ts';
import { setting } from '../support/setting.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { realTime } from '../support/time.ts';
import { waitFor } from '../support/wait-for.ts';
import { startLinkedService } from './support/linked-service.ts';

const rounds = setting('CLOCK_ROUNDS', 1);
const hourMs = 3_600_000;
/** A greeting tells the time to within what it takes to be read, on a machine that may be busy. */
const nearMs = 250;
/** Long enough that a day beyond 2038 is not too late for what is stored. */
const retentionMs = 20 * 366 * 24 * hourMs;
const in2038Ms = Date.UTC(2038, 0, 19, 3, 14, 8);
/** How far ahead of the right time the clock is set, where that is now `atMs`. */
const jumps: readonly (readonly [string, (atMs: number) => number])[] = [
  ['an hour on', () => hourMs],
  ['an hour back', () => -hourMs],
  ['a day on', () => 24 * hourMs],
  ['a day back', () => -24 * hourMs],
  ['beyond 2038', (atMs) => in2038Ms - atMs],
  ['a leap second back', () => -1_000],
  ['as it was', () => 0],
];

testWhere('libfaketime')(
  'the wall clock of a process may be set under its agent',
  async () => {
    const scope = scopeOfTest();
    const clock = await settableClock(scope);
    const dataDir = await temporaryFolder(scope);
    const collector = await startCollector({ dataDir, port: 0, retentionMs, log: () => {} });
    scope.onEnd(() => collector.close());
    const service = await startLinkedService(scope, {
      collector: collector.url,
      instance: 'jumping',
      env: clock.env,
    });
    const errorMs = async (offsetMs: number): Promise<number> => {
      const { items } = await getJson<ListAnswer<AgentView>>(`${collector.url}/api/v1/agents`);
      const shownMs = items.find((one) => one.connected)?.clockOffsetMs ?? Number.NaN;
      return Math.abs(shownMs + offsetMs);
    };
    const slowest = { shownAfterMs: 0, errorMs: 0 };
    for (const [name, offsetAt] of Array.from({ length: rounds }, () => jumps).flat()) {
      await service.work();
      const offsetMs = offsetAt(systemClock.now());
      const setMs = realTime.monotonic();
      clock.set(offsetMs);
      await service.work();
      const shown = async (): Promise<boolean> => (await errorMs(offsetMs)) <= nearMs;
      await waitFor(shown, { what: `the offset of ${name}`, withinMs: 60_000, everyMs: 100 });
      slowest.shownAfterMs = Math.max(slowest.shownAfterMs, Math.round(realTime.monotonic() - setMs));
      slowest.errorMs = Math.max(slowest.errorMs, await errorMs(offsetMs));
    }
    await service.work();
    await service.end();
    await collector.close();

    const jumpCount = rounds * jumps.length;
    process.stderr.write(`clock set: ${JSON.stringify({ jumpCount, ...slowest })}\n`);
    const { agents, problems } = await readStoredLog(dataDir);
    expect(problems).toEqual([]);
    expect(agents.get('jumping')).toMatchObject(service.counted());
    expect(slowest.shownAfterMs).toBeLessThan(40_000);
  },
  60_000 + rounds * jumps.length * 90_000,
);
