import { cutChain } from './audit-chain.ts';
import { type Database, inTransaction, numberIn, type Queue, type SqlValue } from './database.ts';
import type { Cutoffs } from './event-store.ts';
import { inSteps, type Pace } from './in-steps.ts';

/** An agent's watermark outlives its last log entry. */
const agentMarginMs = 86_400_000;

interface Expiry {
  readonly cutoffs: Cutoffs;
  /** Called before anybody else writes: rows that somebody remembers may be gone. */
  readonly forget: () => void;
  readonly pace: Pace;
}

/**
 * Removes what is older than the cutoffs, a few rows a time through the queue of the writer. The log is only
 * cut behind a snapshot that holds totals: what is derived can then still be made again.
 */
export async function expire(
  writer: Database,
  queue: Queue,
  { cutoffs, forget, pace }: Expiry,
): Promise<void> {
  const base = await queue.run(() => writer.get(newestBase, [cutoffs.log]));
  const baseId = numberIn(base, 'id');
  const steps: readonly (readonly [table: string, condition: string, value: SqlValue])[] = [
    // First: at whatever step this is told to stop, the oldest base is one that the log goes on from.
    ['snapshots', 'id < ?', baseId],
    ['log', 'id <= ?', baseId],
    ['dead_letters', 'at < ?', cutoffs.log],
    ['seconds', 'minute < ?', Math.floor(cutoffs.seconds / 60_000)],
    ['minutes', 'minute < ?', Math.floor(cutoffs.minutes / 60_000)],
    ['hours', 'minute < ?', Math.floor(cutoffs.hours / 60_000)],
    ['events', 'at < ?', cutoffs.log],
    ['agents', 'seen_at < ?', numberIn(base, 'at') - agentMarginMs],
  ];
  for (const [table, condition, value] of steps) {
    const chosen = `SELECT rowid FROM ${table} WHERE ${condition} LIMIT ?`;
    const text = `DELETE FROM ${table} WHERE rowid IN (${chosen})`;
    await inSteps(queue, pace, (rows) => writer.run(text, [value, rows]).finally(forget));
  }
  if (pace.signal?.aborted === true) return;
  await queue.run(() => inTransaction(writer, () => cutChain(writer, cutoffs.audit)));
  await removeUnused(writer, queue, { forget, pace });
}

/** Looks at some resources a time, ascending. */
async function removeUnused(
  writer: Database,
  queue: Queue,
  { forget, pace }: Pick<Expiry, 'forget' | 'pace'>,
): Promise<void> {
  const last = numberIn(
    await queue.run(() => writer.get('SELECT coalesce(max(id), 0) AS id FROM resources')),
    'id',
  );
  let seen = 0;
  await inSteps(queue, pace, async (rows) => {
    await writer.run(`${unusedResources} AND id > ? AND id <= ?`, [seen, seen + rows]).finally(forget);
    seen += rows;
    return seen < last ? rows : 0;
  });
}

const newestBase =
  'SELECT coalesce(max(id), 0) AS id, coalesce(max(at), 0) AS at FROM snapshots' +
  ' WHERE totals IS NOT NULL AND at < ?';

/** Removes the resources of which nothing is left. */
export const unusedResources: string =
  'DELETE FROM resources WHERE NOT EXISTS (SELECT 1 FROM minutes WHERE minutes.resource = resources.id)' +
  ' AND NOT EXISTS (SELECT 1 FROM seconds WHERE seconds.resource = resources.id)' +
  ' AND NOT EXISTS (SELECT 1 FROM hours WHERE hours.resource = resources.id)';

export async function usedBytes(reader: Database): Promise<number> {
  const pages = numberIn(await reader.get('PRAGMA page_count'), 'page_count');
  const free = numberIn(await reader.get('PRAGMA freelist_count'), 'freelist_count');
  return (pages - free) * numberIn(await reader.get('PRAGMA page_size'), 'page_size');
}
