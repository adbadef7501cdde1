import path from 'node:path';
import type { AuditEntry, ListAnswer, ResourceAnswer } from '@holdfast/shared';
import { expect, test } from 'vitest';
import { getJson, sendJson } from '../support/http.ts';
import { startProcess } from '../support/process.ts';
import { repository } from '../support/product.ts';
import { scopeOfTest } from '../support/scope.ts';
import { realTime } from '../support/time.ts';
import { waitFor } from '../support/wait-for.ts';
import { killableCollector } from './support/killable-collector.ts';

interface Counts {
  readonly calls: number;
  readonly succeeded: number;
  readonly failed: number;
  /** Calls that ended while no collector was there: what waits for it would not end then. */
  readonly alone: number;
}

const kills = 4;
const program = path.join(repository, 'test/end-to-end/programs/counting-service.mjs');

test('every call that services counted is in the totals after kill -9', async () => {
  const scope = scopeOfTest();
  const collector = await killableCollector(scope);
  const instances = ['counting-1', 'counting-2'];
  const services = instances.map((instance) =>
    startProcess(scope, [process.execPath, program, collector.url, instance], {
      cwd: path.join(repository, 'test'),
    }),
  );
  for (const service of services) await service.waitForOutput('running');
  for (let kill = 0; kill < kills; kill++) {
    await realTime.sleep(1_500);
    await collector.killAndRestart(kill % 2 === 0 ? 0 : 700);
  }
  await realTime.sleep(1_000);
  for (const service of services) service.signal('SIGTERM');
  for (const service of services)
    expect(await service.waitForExit(30_000)).toEqual({ code: 0, signal: undefined });
  const counts = services.map(
    (service) => JSON.parse(service.stdout().trim().split('\n').at(-1) ?? '') as Counts,
  );
  const sum = (key: keyof Counts): number => counts.reduce((total, one) => total + one[key], 0);

  const pipeline = await totalsOf(collector.url, 'pipeline');
  const breaker = await totalsOf(collector.url, 'circuit_breaker');
  expect(sum('calls')).toBeGreaterThan(2_000);
  expect(pipeline).toMatchObject({ success: sum('calls') });
  expect(breaker).toMatchObject({ success: sum('succeeded'), failure: sum('failed') });
  expect((breaker.success ?? 0) + (breaker.failure ?? 0) + (breaker.rejected ?? 0)).toBe(sum('calls'));
  for (const { alone } of counts) expect(alone).toBeGreaterThan(100);
}, 90_000);

test('a flag override survives kill -9 and still ends by itself', async () => {
  const scope = scopeOfTest();
  const collector = await killableCollector(scope);
  const flags = path.join(repository, 'test/end-to-end/programs/flag-service.mjs');
  const service = startProcess(scope, [process.execPath, flags, collector.url], {
    cwd: path.join(repository, 'test'),
  });
  await service.waitForOutput('beta=false');
  await waitFor(() => getJson(`${collector.url}/api/v1/flags/beta`), { what: 'the flag to be known' });
  const act = { value: true, by: 'ada', via: 'api', reason: 'trying', forMs: 4_000 };
  await sendJson('PUT', `${collector.url}/api/v1/flags/beta/override`, act);
  await service.waitForOutput('beta=true');
  await collector.killAndRestart(0);
  await service.waitForOutput(/beta=true\nbeta=false/, 8_000);
  const audit = await waitFor(
    async () => {
      const { items } = await getJson<ListAnswer<AuditEntry>>(`${collector.url}/api/v1/audit`);
      return items.length === 2 && items;
    },
    { what: 'the expiry in the audit list' },
  );
  expect(audit.map((entry) => [entry.action, entry.by, entry.from, entry.to])).toEqual([
    ['flag.expired', 'holdfast', true, null],
    ['flag.set', 'ada', false, true],
  ]);
});

async function totalsOf(url: string, kind: string): Promise<ResourceAnswer['totals']> {
  const answer = await getJson<ResourceAnswer>(`${url}/api/v1/resources/counting/${kind}/work`);
  return answer.totals;
}
