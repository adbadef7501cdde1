import { type Batch, countIndex, type LogEntry, type ResilienceEvent } from '@holdfast/shared';
import { FoldedState } from '../../../collector/src/fold/folded-state.ts';
import { openSqliteStore } from '../../../collector/src/store/sqlite-event-store.ts';
import { createLocalBus } from '../../../collector/src/bus/bus.ts';
import { systemClock } from '../../../collector/src/time/system-clock.ts';

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

/** Reads the data of a collector that has ended, from its log on, and folds what its totals lack. */
export async function readStoredLog(dataDir: string): Promise<StoredLog> {
  const store = await openSqliteStore(dataDir);
  try {
    const reading = new Reading();
    for await (const entry of store.readFrom(0)) reading.take(entry);
    const state = new FoldedState({
      store,
      bus: createLocalBus(),
      clock: systemClock,
      log: () => {},
      baseEveryMs: 86_400_000,
    });
    await state.open();
    let folded = 0;
    for (const { counts } of state.history.allTotals())
      folded += (counts[countIndex.success] ?? 0) + (counts[countIndex.failure] ?? 0);
    return reading.end(folded);
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

  take(entry: LogEntry): void {
    if (entry.type === 'gap') this.problems.push(`a gap of ${entry.agent.instance}, from ${entry.from}`);
    if (entry.type === 'refused') this.problems.push(`refused: ${entry.problem}`);
    if (entry.type !== 'batch') return;
    const { instance, epoch } = entry.agent;
    const { seq } = entry.batch;
    const expected = (this.last.get(epoch) ?? 0) + 1;
    if (seq !== expected) this.problems.push(`${instance} has batch ${seq} where ${expected} belongs`);
    this.last.set(epoch, seq);
    const agent = this.agents.get(instance) ?? { calls: 0, failures: 0, transitions: 0, batches: 0 };
    this.agents.set(instance, agent);
    this.add(agent, entry.batch);
    this.dropped.set(epoch, droppedIn(entry.batch) ?? this.dropped.get(epoch) ?? 0);
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
  return dropped === undefined ? undefined : sum(Object.values(dropped));
}

function sum(values: readonly number[] = []): number {
  return values.reduce((total, value) => total + value, 0);
}
