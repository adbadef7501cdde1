import { SeededRandom } from '@holdfast/agent/testing';
import type { AuditVerification, ControlFact } from '@holdfast/shared';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { AuditChain, cutChain, readHead } from '../../../collector/src/store/audit-chain.ts';
import { type Database, inTransaction } from '../../../collector/src/store/database.ts';
import { schema } from '../../../collector/src/store/schema.ts';
import { getJson, sendJson } from '../../support/http.ts';
import { scopeOfTest } from '../../support/scope.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { availableDrivers } from '../support/drivers.ts';
import { startTestCollector } from '../support/start-collector.ts';
import { startAt } from '../support/wire-agent.ts';

const [driver] = await availableDrivers();
const rowCount = 40;

interface Chained {
  readonly database: Database;
  readonly chain: AuditChain;
}

async function withChain(): Promise<Chained> {
  const scope = scopeOfTest();
  const folder = await temporaryFolder(scope);
  if (driver === undefined) throw new Error('no driver');
  const database = await driver.open(path.join(folder, 'audit.db'));
  scope.onEnd(() => database.close());
  await database.exec(`PRAGMA synchronous = OFF; ${schema}`);
  const chain = new AuditChain(database);
  await chain.open();
  for (let id = 1; id <= rowCount; id++) {
    await inTransaction(database, () => chain.add(id * 3, startAt + id * 1_000, fact(id)));
    chain.settle(true);
  }
  return { database, chain };
}

function fact(number: number): ControlFact {
  const act = { action: 'flag.set', target: 'reviews', from: true, to: false } as const;
  return { type: 'control', version: number, ...act, by: 'ann', via: 'cli', reason: `number ${number}` };
}

test('a thousand rows that were altered, removed or moved are all found', async () => {
  const { database, chain } = await withChain();
  const seed = 20_261;
  const random = new SeededRandom(seed);
  const pick = (below: number): number => Math.floor(random.next() * below);
  const missed: string[] = [];
  for (let trial = 0; trial < 1_000; trial++) {
    const id = (1 + pick(rowCount)) * 3;
    const other = (1 + ((id / 3 + pick(rowCount - 1)) % rowCount)) * 3;
    const act = tamperings[trial % tamperings.length] ?? tamperings[0];
    await database.exec('BEGIN');
    await act?.do(database, id, { other, at: pick(60) });
    const { brokenAt } = await chain.verify(database);
    await database.exec('ROLLBACK');
    if (brokenAt === undefined) missed.push(`${act?.name} ${id} (seed ${seed}, trial ${trial})`);
  }
  expect(missed).toEqual([]);
  expect(await chain.verify(database)).toMatchObject({ rowCount });
}, 60_000);

interface Tampering {
  readonly name: string;
  do(database: Database, id: number, how: { readonly other: number; readonly at: number }): Promise<unknown>;
}

const tamperings: readonly Tampering[] = [
  {
    name: 'flip a character',
    do: (database, id, { at }) =>
      database.run(
        'UPDATE audit SET body = substr(body, 1, ?) || char(unicode(substr(body, ? + 1, 1)) + 1)' +
          ' || substr(body, ? + 2) WHERE id = ?',
        [at, at, at, id],
      ),
  },
  {
    name: 'move in time',
    do: (database, id) => database.run('UPDATE audit SET at = at + 1 WHERE id = ?', [id]),
  },
  { name: 'remove', do: (database, id) => database.run('DELETE FROM audit WHERE id = ?', [id]) },
  {
    name: 'swap two',
    async do(database, id, { other }) {
      await database.run('UPDATE audit SET id = -1 WHERE id = ?', [id]);
      await database.run('UPDATE audit SET id = ? WHERE id = ?', [id, other]);
      await database.run('UPDATE audit SET id = ? WHERE id = -1', [other]);
    },
  },
  {
    name: 'forge the hash',
    do: (database, id) => database.run('UPDATE audit SET hash = zeroblob(32) WHERE id = ?', [id]),
  },
  {
    name: 'take the hash',
    do: (database, id) => database.run('UPDATE audit SET hash = NULL WHERE id = ?', [id]),
  },
  {
    name: 'add one',
    do: (database, id) =>
      database.run('INSERT INTO audit SELECT id + 1, at, body, hash FROM audit WHERE id = ?', [id]),
  },
];

describe('rows cut off the end', () => {
  test('are missed by the collector that wrote them', async () => {
    const { database, chain } = await withChain();
    await database.run('DELETE FROM audit WHERE id > 90');
    expect(await chain.verify(database)).toMatchObject({
      brokenAt: 120,
      problem: 'the newest rows are gone',
    });
  });

  test('are missed by whoever kept the head', async () => {
    const { database, chain } = await withChain();
    const known = readHead((await chain.verify(database)).head);
    await database.run('DELETE FROM audit WHERE id > 90');
    const next = new AuditChain(database);
    await next.open();
    expect(await next.verify(database)).toMatchObject({ rowCount: 30 });
    expect(await next.verify(database, known)).toMatchObject({ brokenAt: 120 });
  });

  test('and written anew do not lead through a head that was kept', async () => {
    const { database, chain } = await withChain();
    const known = readHead((await chain.verify(database)).head);
    await database.run('DELETE FROM audit WHERE id > 90');
    const next = new AuditChain(database);
    await next.open();
    for (let id = 93; id <= 150; id += 3) {
      await next.add(id, startAt + id, fact(0));
      next.settle(true);
    }
    expect((await next.verify(database)).brokenAt).toBeUndefined();
    expect(await next.verify(database, known)).toMatchObject({
      brokenAt: 120,
      problem: 'the chain does not lead through the given head',
    });
  });
});

test('old rows go, and the rest still hangs on them', async () => {
  const { database, chain } = await withChain();
  await inTransaction(database, () => cutChain(database, startAt + 10_500));
  expect(await chain.verify(database)).toMatchObject({ rowCount: 30 });
  await database.run('DELETE FROM audit WHERE id = 33'); // the oldest that is left
  expect(await chain.verify(database)).toMatchObject({ brokenAt: 36 });
});

test('a chain goes on where all its rows were old', async () => {
  const { database } = await withChain();
  await inTransaction(database, () => cutChain(database, startAt * 2));
  const next = new AuditChain(database);
  await next.open();
  await next.add(500, startAt, fact(1));
  next.settle(true);
  expect(await next.verify(database)).toMatchObject({ rowCount: 1 });
});

test('a transaction that failed leaves no trace in the chain', async () => {
  const { database, chain } = await withChain();
  const failing = inTransaction(database, async () => {
    await chain.add(200, startAt, fact(1));
    throw new Error('disk full');
  });
  await expect(failing).rejects.toThrow('disk full');
  chain.settle(false);
  await chain.add(201, startAt, fact(2));
  chain.settle(true);
  const found = await chain.verify(database);
  expect([found.rowCount, found.brokenAt]).toEqual([rowCount + 1, undefined]);
});

test('a collector keeps its chain over restart and rebuild', async () => {
  const scope = scopeOfTest();
  const first = await startTestCollector(scope);
  const token = { scope: 'read', name: 'screen', by: 'ann', via: 'api' };
  await sendJson('POST', `${first.url}/api/v1/tokens`, token);
  await first.close();
  const next = await startTestCollector(scope, { dataDir: first.dataDir, clock: first.clock });
  await sendJson('POST', `${next.url}/api/v1/tokens`, token);
  await next.rebuild();
  const found = await getJson<AuditVerification>(`${next.url}/api/v1/audit/verify`);
  expect([found.rowCount, found.brokenAt]).toEqual([2, undefined]);
  const again = await getJson<AuditVerification>(`${next.url}/api/v1/audit/verify?head=${found.head}`);
  expect(again).toEqual(found);
  await expect(getJson(`${next.url}/api/v1/audit/verify?head=1`)).rejects.toThrow('answered 400');
  const { items } = await getJson<{ items: object[] }>(`${next.url}/api/v1/audit`);
  expect(items).toHaveLength(2);
});
