import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { emptyView, type FleetEvent } from '@holdfast/shared';
import { expect, test } from 'vitest';
import { scopeOfTest } from '../../support/scope.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { startFakeCollector } from '../support/fake-collector.ts';
import { runCommand } from '../support/fake-host.ts';
import { breaker, flag, fleetView, troubledShop } from '../support/fleet.ts';

test('says in one sentence what is wrong, since when and why', async () => {
  const { url } = await startFakeCollector(scopeOfTest(), { view: troubledShop() });
  expect(await runCommand(['status'], { url })).toMatchObject({
    code: 0,
    stdout:
      '1 of 6 breakers OPEN · 1 held open · 1 probing · checkout/payments for 4 m 12 s · ' +
      'cause: 60 % of 10 calls failed · 1 flag degraded: recommendations\n',
    stderr: '',
  });
});

test.each([
  ['an open breaker', troubledShop(), 11],
  ['a degraded flag', fleetView({ flags: [flag('x', { reason: 'DEGRADED' })] }), 10],
  ['no trouble', fleetView({ resources: [breaker('a/b')] }), 0],
  ['no agent', { ...emptyView, at: 1 }, 0],
])('--exit-code tells %s', async (_name, view, code) => {
  const { url } = await startFakeCollector(scopeOfTest(), { view });
  expect((await runCommand(['status', '--exit-code'], { url })).code).toBe(code);
  expect((await runCommand(['status'], { url })).code).toBe(0);
});

test('the first steps are told where no agent has connected', async () => {
  const { url, port } = await startFakeCollector(scopeOfTest(), { view: emptyView });
  const { stdout, stderr } = await runCommand(['status'], { url });
  expect(stdout).toBe('No agent has connected yet\n');
  expect(stderr).toContain(`collector: 'ws://127.0.0.1:${port}'`);
});

test('no first steps are told where an agent has left', async () => {
  const left: FleetEvent = {
    id: '1',
    at: 1,
    service: 'checkout',
    instance: '1',
    event: { kind: 'agent.stopped', at: 1 },
  };
  const { url } = await startFakeCollector(scopeOfTest(), {
    view: { ...emptyView, at: 240_001, events: [left] },
  });
  const { stdout, stderr } = await runCommand(['status'], { url });
  expect(stdout).toBe('No agent is connected · checkout@1 left last, 4 m ago\n');
  expect(stderr).toBe('');
});

test('JSON holds the parts of the sentence', async () => {
  const { url } = await startFakeCollector(scopeOfTest(), { view: troubledShop() });
  const { stdout } = await runCommand(['status', '-o', 'json'], { url });
  expect(JSON.parse(stdout)).toMatchObject({
    level: 'broken',
    openCount: 1,
    degradedFlags: ['recommendations'],
  });
});

test('the token of a file goes before that of the environment', async () => {
  const scope = scopeOfTest();
  const collector = await startFakeCollector(scope, { view: troubledShop() });
  const file = path.join(await temporaryFolder(scope), 'token');
  await writeFile(file, 'of-the-file\n');
  const options = { url: collector.url, env: { HOLDFAST_TOKEN: 'of-the-environment' } };
  await runCommand(['status', '--token-file', file], options);
  await runCommand(['status'], options);
  expect(collector.asked.map((asked) => asked.authorization)).toEqual([
    'Bearer of-the-file',
    'Bearer of-the-environment',
  ]);
});

test('--at asks for a moment, and says which', async () => {
  const collector = await startFakeCollector(scopeOfTest(), { view: troubledShop() });
  const { stderr } = await runCommand(['status', '--at', '2026-03-01T12:00Z'], { url: collector.url });
  expect(collector.asked[0]?.path).toBe(`/api/v1/status?at=${Date.UTC(2026, 2, 1, 12)}`);
  expect(stderr).toMatch(/^as of 2026-03-01 \d\d:\d\d:00 UTC.*\n$/);
});
