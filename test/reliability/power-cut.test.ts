import { expect } from 'vitest';
import type { LogFact } from '@holdfast/shared';
import type { Database, DatabaseDriver } from '../../collector/src/store/database.ts';
import { openSqliteStore } from '../../collector/src/store/sqlite-event-store.ts';
import { availableDrivers } from '../collector/support/drivers.ts';
import { testWhere } from '../support/needs.ts';
import { powerCutDisk } from '../support/power-cut-disk.ts';
import { scopeOfTest } from '../support/scope.ts';
import { setting } from '../support/setting.ts';

const cuts = setting('CUTS', 3);
const commitsBeforeCut = 12;

const agent = { service: 'shop', instance: 'shop-1', epoch: 'e1' };
const fact: LogFact = { type: 'disconnected', agent, clean: true };

testWhere('loop devices')(
  'what was stored before a power cut is there after it',
  async () => {
    expect(await lostIn('FULL')).toEqual({ cuts, lost: 0 });
  },
  20_000 + cuts * 10_000,
);

testWhere('loop devices')(
  'a store that waits for no disk loses something: the control',
  async () => {
    const { lost } = await lostIn('NORMAL');
    expect(lost).toBeGreaterThan(0);
  },
  20_000 + cuts * 10_000,
);

/** Cuts the power again and again while a store is open, and counts what it had promised to keep. */
async function lostIn(synchronous: 'FULL' | 'NORMAL'): Promise<{ cuts: number; lost: number }> {
  const disk = await powerCutDisk(scopeOfTest(), 67_108_864);
  const [driver] = await availableDrivers();
  if (driver === undefined) throw new Error('no driver for SQLite');
  let lost = 0;
  let promised = 0;
  for (let cut = 0; cut < cuts; cut++) {
    const store = await openSqliteStore(disk.folder, syncing(driver, synchronous));
    const there = await countEntries(store);
    lost += promised - there;
    promised = there;
    for (let commit = 0; commit < commitsBeforeCut; commit++) {
      // A part of a save waits for no disk. What comes after it must.
      await store.saveSlices({ folded: there, parts: commitsBeforeCut, part: commit, slices: [] });
      promised += (await store.append([{ at: 1, fact }])).length;
    }
    disk.cut();
    await store.close();
    disk.switchToCut();
  }
  const store = await openSqliteStore(disk.folder, syncing(driver, synchronous));
  lost += promised - (await countEntries(store));
  await store.close();
  return { cuts, lost };
}

/** The same driver, but for how long a commit waits. */
function syncing(driver: DatabaseDriver, synchronous: string): DatabaseDriver {
  const exec = (database: Database, sql: string): Promise<void> =>
    database.exec(sql.replace('synchronous = FULL', `synchronous = ${synchronous}`));
  return {
    ...driver,
    open: async (path) => {
      const database = await driver.open(path);
      return new Proxy(database, {
        get: (target, name) => {
          if (name === 'exec') return (sql: string) => exec(target, sql);
          const value: unknown = Reflect.get(target, name);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
    },
  };
}

async function countEntries(store: Awaited<ReturnType<typeof openSqliteStore>>): Promise<number> {
  let newest = 0;
  for await (const { id } of store.readFrom(0)) newest = id; // from 1 on, without a hole
  return newest;
}
