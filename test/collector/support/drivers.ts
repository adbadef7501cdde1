import type { DatabaseDriver } from '../../../collector/src/store/database.ts';
import { nodeSqliteDriver } from '../../../collector/src/store/drivers/node-sqlite.ts';
import { sqlite3Driver } from '../../../collector/src/store/drivers/sqlite3-package.ts';

/** The drivers that this Node can run: both from Node 22.13 on. */
export async function availableDrivers(): Promise<DatabaseDriver[]> {
  const drivers = [sqlite3Driver(await import('sqlite3'))];
  const name: string = 'node:sqlite'; // a variable, because the types of Node 20 do not know it
  const own: unknown = await import(name).catch(() => undefined);
  return own === undefined ? drivers : [...drivers, nodeSqliteDriver(own)];
}
