import { stat } from 'node:fs/promises';
import { CollectorError, messageOf } from '../errors.ts';
import type { Database } from './database.ts';

/** Up to here a whole look takes a second or so. */
const wholeBytes = 512 * 1_024 * 1_024;

/**
 * Looks through a database before anything is written to it: the whole of one that is small enough, of a
 * larger one what agents were told is stored. Throws a `CollectorError` that says how it is damaged, and the
 * mend.
 */
export async function assertSound(file: string, database: Database): Promise<void> {
  const { size } = await stat(file);
  const damage = await firstDamage(database, size <= wholeBytes ? ['1'] : ['agents', 'progress']);
  if (damage === undefined) return;
  throw new CollectorError(
    'database_refused',
    `${file} is damaged (${damage}); it was left as it is. Move it away and put a backup in its place with` +
      ' holdfast admin restore, or choose another folder with --data',
  );
}

async function firstDamage(database: Database, parts: readonly string[]): Promise<string | undefined> {
  try {
    for (const part of parts) {
      const [first] = await database.all(`PRAGMA quick_check(${part})`);
      const line = String(first?.['quick_check'] ?? 'nothing can be read');
      if (line !== 'ok') return line.split('\n')[0];
    }
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}
