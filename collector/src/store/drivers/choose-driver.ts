import { CollectorError, messageOf, systemCode } from '../../errors.ts';
import type { DatabaseDriver } from '../database.ts';
import { nodeSqliteDriver } from './node-sqlite.ts';
import { sqlite3Driver } from './sqlite3-package.ts';

/** How the packages are loaded; tests hand in what is not there. */
export interface DriverModules {
  nodeSqlite(): Promise<unknown>;
  sqlite3(): Promise<unknown>;
}

const installed: DriverModules = {
  nodeSqlite: () => import(nodeSqliteName),
  sqlite3: () => import('sqlite3'),
};
/** A variable, because the types of Node 20 do not know the module. */
const nodeSqliteName: string = 'node:sqlite';

/**
 * The first driver that is there: Node's own SQLite, else the `sqlite3` package. Without either it throws a
 * `CollectorError` with the commands that mend it.
 */
export async function chooseDriver(modules: DriverModules = installed): Promise<DatabaseDriver> {
  try {
    return nodeSqliteDriver(await modules.nodeSqlite());
  } catch {
    // Node before 22.13 has none; the package does the same.
  }
  try {
    return sqlite3Driver(await modules.sqlite3());
  } catch (error) {
    throw new CollectorError('no_sqlite_driver', withoutDriver(error), error);
  }
}

function withoutDriver(error: unknown): string {
  const what = `no SQLite: Node ${process.versions.node} has none of its own (Node 22.13 and newer do), and`;
  if (systemCode(error) === 'ERR_MODULE_NOT_FOUND') {
    return `${what} the sqlite3 package is not installed; run: npm install sqlite3`;
  }
  return (
    `${what} the sqlite3 package has no working binary, because npm did not run its install script` +
    ` (${messageOf(error).slice(0, 120)}); run: npm install-scripts approve sqlite3 && npm rebuild sqlite3`
  );
}
