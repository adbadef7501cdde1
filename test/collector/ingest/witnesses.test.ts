import { createAgent } from '@holdfast/agent';
import type {
  AuditEntry,
  AuditVerification,
  FleetEvent,
  ListAnswer,
  LogEntry,
  LogFact,
} from '@holdfast/shared';
import { cp } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { Witnesses } from '../../../collector/src/ingest/witnesses.ts';
import { AuditChain } from '../../../collector/src/store/audit-chain.ts';
import type { Database } from '../../../collector/src/store/database.ts';
import { runCommand } from '../../cli/support/fake-host.ts';
import { getJson, sendJson } from '../../support/http.ts';
import { freePort } from '../../support/ports.ts';
import { type Scope, scopeOfTest } from '../../support/scope.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitFor } from '../../support/wait-for.ts';
import { availableDrivers } from '../support/drivers.ts';
import { startTestCollector, type TestCollector } from '../support/start-collector.ts';
import { helloWith, startAt, WireAgent } from '../support/wire-agent.ts';

const [driver] = await availableDrivers();
const forged = `7:${'ab'.repeat(32)}`;

describe('an agent', () => {
  test('is told the head, by its welcome, a pong and a request', async () => {
    const scope = scopeOfTest();
    const collector = await startTestCollector(scope);
    const first = await WireAgent.introduce(scope, collector.url);
    expect(await first.next('welcome')).not.toHaveProperty('auditHead');
    await act(collector, 'one');
    const { head } = await verified(collector);
    first.send({ type: 'ping', sentAt: startAt });
    expect(await first.next('pong')).toMatchObject({ auditHead: head });
    expect(await headOfWelcome(scope, collector, { instance: 'b' })).toBe(head);
    const request = { method: 'POST', body: `${JSON.stringify(helloWith({ instance: 'c' }))}\n` };
    const headers = { 'content-type': 'application/x-ndjson' };
    const answer = await fetch(`${collector.url}/api/v1/ingest`, { ...request, headers });
    expect(await answer.json()).toMatchObject({ auditHead: head });
  });

  test('that brings an older head of the same list is no news', async () => {
    const scope = scopeOfTest();
    const collector = await startTestCollector(scope);
    await act(collector, 'one');
    const { head } = await verified(collector);
    await act(collector, 'two');
    for (const auditHead of [head, (await verified(collector)).head, 'what a newer collector said'])
      await headOfWelcome(scope, collector, { auditHead });
    await headOfWelcome(scope, collector, {});
    expect(await forksOf(collector)).toEqual([]);
    expect(await verified(collector)).not.toHaveProperty('forks');
  });

  test('that brings a row which went with its time is no news', async () => {
    const scope = scopeOfTest();
    const first = await startTestCollector(scope);
    await act(first, 'one');
    const old = await headOfWelcome(scope, first, {});
    await act(first, 'two');
    const last = await headOfWelcome(scope, first, {});
    const next = await restarted(scope, first, async (database) => {
      await database.run('INSERT INTO audit_anchor SELECT 1, id, hash FROM audit ORDER BY id DESC LIMIT 1');
      await database.run('DELETE FROM audit');
    });
    for (const auditHead of [old, last]) await headOfWelcome(scope, next, { auditHead: auditHead ?? '' });
    expect(await forksOf(next)).toEqual([]);
    const another = (last ?? '').replace(/.{4}$/u, 'abcd');
    await headOfWelcome(scope, next, { auditHead: another });
    expect(await forksOf(next)).toHaveLength(1);
  });
});

test('one agent of three shows that the newest rows were cut off', async () => {
  const scope = scopeOfTest();
  const first = await startTestCollector(scope);
  const heads: (string | undefined)[] = [];
  for (const name of ['one', 'two', 'three']) {
    await act(first, name);
    heads.push(await headOfWelcome(scope, first, { instance: name }));
  }
  const [, , held = ''] = heads;
  const cut = `DELETE FROM audit WHERE id = ${Number.parseInt(held, 10)}`;
  const next = await restarted(scope, first, (database) => database.run(cut));
  expect(await verified(next)).toMatchObject({ rowCount: 2, head: heads[1] });
  await headOfWelcome(scope, next, { instance: 'two', ...present(heads[1]) });
  expect(await forksOf(next)).toEqual([]);
  const given = await headOfWelcome(scope, next, { instance: 'three', auditHead: held });

  const told = await verified(next);
  expect(told).toMatchObject({ rowCount: 3, head: given, forks: [{ agent: 'checkout@three', head: held }] });
  const { items: acts } = await getJson<ListAnswer<AuditEntry>>(
    `${next.url}/api/v1/audit?filter=${encodeURIComponent('kind:audit.forked svc:checkout instance:three')}`,
  );
  expect(acts).toMatchObject([{ from: held, to: heads[1], target: 'checkout@three', via: 'collector' }]);
  const { stdout } = await runCommand(['events', 'ls'], { url: next.url });
  expect(stdout).toContain(
    `checkout@three holds the audit head ${held.slice(0, held.indexOf(':') + 9)}…, which is not in`,
  );
  const failed = await runCommand(['audit', 'verify'], { url: next.url });
  expect([failed.code, failed.stderr]).toEqual([1, expect.stringContaining(held)]);
  const known = await runCommand(['audit', 'verify', '--head', told.head], { url: next.url });
  expect(known.code).toBe(0);
});

test('an altered row in a chain made anew is shown', async () => {
  const scope = scopeOfTest();
  const first = await startTestCollector(scope);
  for (const name of ['one', 'two', 'three']) await act(first, name);
  const held = await headOfWelcome(scope, first, {});
  const next = await restarted(scope, first, (database) => forge(database));
  expect(await verified(next)).toMatchObject({ rowCount: 3 });
  expect((await verified(next)).brokenAt).toBeUndefined();
  await headOfWelcome(scope, next, present(held));
  expect(await verified(next)).toMatchObject({ rowCount: 4, forks: [{ agent: 'checkout@a', head: held }] });
});

test('a head is told once, over restarts as well', async () => {
  const scope = scopeOfTest();
  const first = await startTestCollector(scope);
  const bring = async (collector: TestCollector): Promise<void> => {
    const all = ['a', 'b', 'c'].map((instance) =>
      headOfWelcome(scope, collector, { instance, auditHead: forged }),
    );
    await Promise.all(all);
  };
  await bring(first);
  const second = await restarted(scope, first);
  await bring(second);
  const last = await restarted(scope, second);
  await bring(last);
  expect(await forksOf(last)).toHaveLength(1);
  expect([first.said.length, second.said, last.said]).toEqual([1, [], []]);
});

describe('the witnesses', () => {
  test('do not fill the list where each brings a new head', async () => {
    const { witnesses, facts } = withoutRows();
    for (let id = 1; id <= 120; id++)
      await witnesses.hear(helloWith({ auditHead: `${id}${forged.slice(1)}` }));
    expect(facts).toHaveLength(100);
  });

  test('tell again what could not be stored', async () => {
    const { witnesses, facts, failures } = withoutRows();
    failures.push(new Error('disk full'));
    const hello = helloWith({ auditHead: forged });
    await expect(witnesses.hear(hello)).rejects.toThrow('disk full');
    await witnesses.hear(hello);
    expect(facts).toHaveLength(1);
  });
});

/** Over a list that has no row. */
function withoutRows() {
  const facts: LogFact[] = [];
  const failures: Error[] = [];
  const record = (fact: LogFact): Promise<LogEntry> => {
    const failure = failures.pop();
    if (failure !== undefined) return Promise.reject(failure);
    return Promise.resolve({ id: facts.push(fact), at: startAt, ...fact });
  };
  const store = { auditHead: () => undefined, placeOfHead: () => Promise.resolve('forked' as const) };
  return { witnesses: new Witnesses({ store, journal: { record }, log: () => {} }), facts, failures };
}

test.each(['connection', 'request'] as const)('an agent by %s tells of a restored backup', async (mode) => {
  const scope = scopeOfTest();
  const port = await freePort();
  const first = await startTestCollector(scope, { port });
  await act(first, 'before');
  await first.close();
  const backup = await temporaryFolder(scope);
  await cp(first.dataDir, backup, { recursive: true });
  const second = await startTestCollector(scope, { port, dataDir: first.dataDir });
  await act(second, 'after');
  const agent = createAgent({ service: 'checkout', instance: 'a', collector: second.url, mode });
  scope.onEnd(() => agent.close({ timeoutMs: 0 }));
  const meet = async (): Promise<unknown> => {
    await agent.flush();
    return agent.status.connected ? true : undefined;
  };
  await waitFor(meet, { what: 'the agent to be welcomed' });
  const { head } = await verified(second);
  await second.close();
  const restored = await startTestCollector(scope, { port, dataDir: backup });
  const forks = await waitFor(
    async () => {
      await agent.flush();
      return (await verified(restored)).forks;
    },
    { what: 'the fork to be told' },
  );
  expect(forks).toMatchObject([{ agent: 'checkout@a', head }]);
  expect(agent.status.connected).toBe(true);
});

async function act({ url }: TestCollector, name: string): Promise<void> {
  await sendJson('POST', `${url}/api/v1/tokens`, { scope: 'read', name, by: 'ann', via: 'api' });
}

function verified({ url }: TestCollector): Promise<AuditVerification> {
  return getJson<AuditVerification>(`${url}/api/v1/audit/verify`);
}

function present(auditHead: string | undefined): { readonly auditHead?: string } {
  return auditHead === undefined ? {} : { auditHead };
}

async function headOfWelcome(
  scope: Scope,
  { url }: TestCollector,
  hello: Parameters<typeof helloWith>[0],
): Promise<string | undefined> {
  const agent = await WireAgent.introduce(scope, url, hello);
  const { auditHead } = await agent.next('welcome');
  agent.terminate();
  return auditHead;
}

async function forksOf({ url }: TestCollector): Promise<FleetEvent[]> {
  const { items } = await getJson<ListAnswer<FleetEvent>>(`${url}/api/v1/events?limit=500`);
  return items.filter(({ event }) => event.kind === 'audit.forked');
}

/** The collector of the same data, after something was done to its file. */
async function restarted(
  scope: Scope,
  collector: TestCollector,
  tamper?: (database: Database) => Promise<unknown>,
): Promise<TestCollector> {
  await collector.close();
  if (tamper !== undefined) {
    const database = await driver?.open(path.join(collector.dataDir, 'holdfast.db'));
    if (database === undefined) throw new Error('no driver');
    await tamper(database);
    await database.close();
  }
  return startTestCollector(scope, { dataDir: collector.dataDir, clock: collector.clock });
}

/** The first row altered, and all hashes made anew, as one can who knows how. */
async function forge(database: Database): Promise<void> {
  const rows = await database.all('SELECT id, at, body FROM audit ORDER BY id');
  await database.run('DELETE FROM audit');
  const chain = new AuditChain(database);
  await chain.open();
  for (const { id, at, body } of rows) {
    const { id: _id, at: _at, ...entry } = JSON.parse(String(body).replace('"one"', '"won"')) as AuditEntry;
    await chain.add(Number(id), Number(at), { type: 'control', ...entry });
  }
}
