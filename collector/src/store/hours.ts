import { sumOfSeconds } from '../fold/seconds-codec.ts';
import { bytesIn, type Database, inTransaction, numberIn, type Queue } from './database.ts';
import { inSteps, type Pace } from './in-steps.ts';

/** Adds up the parts of the hours that ended before a moment, a few a time, through the writer's queue. */
export async function compactHours(
  writer: Database,
  queue: Queue,
  { before, pace }: { readonly before: number; readonly pace: Pace },
): Promise<void> {
  const lastMinute = Math.floor(before / 3_600_000) * 60 - 60;
  await inSteps(queue, pace, (rows) => compactSome(writer, lastMinute, rows));
}

async function compactSome(writer: Database, lastMinute: number, count: number): Promise<number> {
  const rows = await writer.all(
    'SELECT rowid AS row, body FROM hours WHERE parts > 1 AND minute <= ? LIMIT ?',
    [lastMinute, count],
  );
  await inTransaction(writer, async () => {
    for (const row of rows) {
      await writer.run('UPDATE hours SET parts = 1, body = ? WHERE rowid = ?', [
        sumOfSeconds(bytesIn(row, 'body')),
        numberIn(row, 'row'),
      ]);
    }
  });
  return rows.length;
}
