import path from 'node:path';
import { type Batch, countIndex, type ResilienceEvent } from '@holdfast/shared';
import { createLocalBus } from '../../../collector/src/bus/bus.ts';
import { FoldedState } from '../../../collector/src/fold/folded-state.ts';
import { numberIn, type Row, textIn } from '../../../collector/src/store/database.ts';
import { openSqliteStore } from '../../../collector/src/store/sqlite-event-store.ts';
import { systemClock } from '../../../collector/src/time/system-clock.ts';
import { availableDrivers } from '../../collector/support/drivers.ts';

/** What one agent, by its instance, has in the log. */
export interface StoredAgent {
  calls: number;
  failures: number;
  /** Events of circuit breakers, and those of which the agent tells that it dropped them. */
  transitions: number;
  batches: number;
}

export interface StoredLog {
  readonly agents: ReadonlyMap<string, StoredAgent>;
  /** What does not hold, in words: batches missing or there twice, gaps, refusals, other totals. */
  readonly problems: readonly string[];
}

/** Reads the data of a collector that has ended: the log as its bytes stand there, and the folded totals. */
export async function readStoredLog(dataDir: string): Promise<StoredLog> {
  const folded = await foldedCalls(dataDir);
  const [driver] = await availableDrivers();
  if (driver === undefined) throw new Error('no driver for SQLite');
  const database = await driver.open(path.join(dataDir, 'holdfast.db'));
  try {
    const reading = new Reading();
    for (let last = 0; ; ) {
      const rows = await database.all(pageText, [last]);
      for (const row of rows) reading.take(row);
      if (rows.length === 0) return reading.end(folded);
      last = numberIn(rows.at(-1), 'id');
    }
  } finally {
    await database.close();
  }
}

const pageText =
  'SELECT log.id, type, CAST(body AS TEXT) AS body, instance, epoch FROM log' +
  " JOIN agents ON agents.id = log.agent WHERE log.id > ? AND type IN ('batch', 'gap', 'refused')" +
  ' ORDER BY log.id LIMIT 200';

/** What the totals say, once they are up to date with the log. */
async function foldedCalls(dataDir: string): Promise<number> {
  const store = await openSqliteStore(dataDir);
  try {
    const log = (): void => {};
    const base = { bus: createLocalBus(log), clock: systemClock, log, baseEveryMs: 86_400_000 };
    const state = new FoldedState({ store, ...base });
    await state.open();
    return sum(
      state.history
        .allTotals()
        .map(({ counts }) => (counts[countIndex.success] ?? 0) + (counts[countIndex.failure] ?? 0)),
    );
  } finally {
    await store.close();
  }
}

class Reading {
  private readonly agents = new Map<string, StoredAgent>();
  private readonly problems: string[] = [];
  /** The number of the last batch of each epoch. */
  private readonly last = new Map<string, number>();
  private readonly dropped = new Map<string, number>();

  take(row: Row): void {
    const [type, body, instance, epoch] = [
      textIn(row, 'type'),
      textIn(row, 'body'),
      textIn(row, 'instance'),
      textIn(row, 'epoch'),
    ];
    if (type !== 'batch') return void this.problems.push(`${type} of ${instance}: ${body}`);
    const batch = JSON.parse(body) as Batch; // as an agent of these tests has sealed it
    const expected = (this.last.get(epoch) ?? 0) + 1;
    if (batch.seq !== expected)
      this.problems.push(`${instance} has batch ${batch.seq} where ${expected} belongs`);
    this.last.set(epoch, batch.seq);
    const agent = this.agents.get(instance) ?? { calls: 0, failures: 0, transitions: 0, batches: 0 };
    this.agents.set(instance, agent);
    this.add(agent, batch);
    this.dropped.set(epoch, droppedIn(batch) ?? this.dropped.get(epoch) ?? 0);
  }

  end(folded: number): StoredLog {
    const calls = [...this.agents.values()].reduce((sum, agent) => sum + agent.calls, 0);
    if (calls !== folded) this.problems.push(`the log holds ${calls} calls, the totals say ${folded}`);
    const dropped = [...this.dropped.values()].reduce((sum, count) => sum + count, 0);
    if (dropped > 0) this.problems.push(`${dropped} events were dropped`);
    return { agents: this.agents, problems: this.problems };
  }

  private add(agent: StoredAgent, { rollups, events }: Batch): void {
    const failures = sum(rollups?.counts.failure);
    agent.calls += sum(rollups?.counts.success) + failures;
    agent.failures += failures;
    agent.transitions += sum(events.map((event) => changesIn(event)));
    agent.batches += 1;
  }
}

/** How many changes of a breaker an event tells of. */
function changesIn(event: ResilienceEvent): number {
  if ('edges' in event && Array.isArray(event.edges))
    return event.edges.reduce((sum: number, edge: { readonly count: number }) => sum + edge.count, 0);
  return event.kind.startsWith('circuit_breaker.') ? 1 : 0;
}

/** How much was dropped since the process started; `undefined` where the batch does not say. */
function droppedIn({ dropped }: Batch): number | undefined {
  if (dropped === undefined) return undefined;
  const { 'sample/throttled': asked = 0 } = dropped; // a collector with too much to do asked for it
  return sum(Object.values(dropped)) - asked;
}

function sum(values: readonly number[] = []): number {
  return values.reduce((total, value) => total + value, 0);
}
