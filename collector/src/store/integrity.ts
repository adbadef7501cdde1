import { type Database, numberIn } from './database.ts';

/** What SQLite and the log's own rules find wrong with a database, a line each; empty where all is well. */
export async function problemsIn(database: Database): Promise<readonly string[]> {
  const rows = await database.all(`PRAGMA integrity_check(${maxProblems})`);
  const damage = rows.map((row) => String(row['integrity_check'])).filter((line) => line !== 'ok');
  if (damage.length > 0) return damage;
  const problems: string[] = [];
  for (const { sql, says } of rules) {
    const found = numberIn(await database.get(sql), 'found');
    if (found > 0) problems.push(`${says} (${found})`);
  }
  return problems;
}

const maxProblems = 20;

/** What must hold between the tables. */
const rules: readonly { readonly sql: string; readonly says: string }[] = [
  {
    sql: `SELECT count(*) AS found FROM log LEFT JOIN agents ON agents.id = log.agent
      WHERE log.agent IS NOT NULL AND agents.id IS NULL`,
    says: 'entries of the log belong to no agent',
  },
  {
    sql: 'SELECT count(*) AS found FROM progress WHERE folded > (SELECT coalesce(max(id), 0) FROM log)',
    says: 'more is folded than the log holds',
  },
  {
    sql: `SELECT count(*) AS found FROM minutes LEFT JOIN resources ON resources.id = minutes.resource
      WHERE resources.id IS NULL`,
    says: 'minutes belong to no resource; holdfast admin rebuild mends it',
  },
];
