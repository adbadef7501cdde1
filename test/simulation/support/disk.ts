import { type AgentIdentity, type LogEntry, type LogFact, readAgentMessage } from '@holdfast/shared';
import type { NewEntry, Saved } from '../../../collector/src/store/event-store.ts';

interface Row extends NewEntry {
  readonly id: number;
}

/** What survives the collector's process: log, watermarks, and what was derived. */
export class Disk {
  private rows: Row[] = [];
  private watermarks = new Map<string, number>();
  private snapshots: { readonly id: number; readonly at: number; readonly fleet: string }[] = [];
  /** How often each batch is in the log, by epoch. */
  private seqs = new Map<string, Map<number, number>>();
  private totals = new Map<string, readonly number[]>();
  private folded = 0;

  copy(): Disk {
    const copy = new Disk();
    copy.rows = [...this.rows];
    copy.watermarks = new Map(this.watermarks);
    copy.snapshots = [...this.snapshots];
    copy.seqs = new Map([...this.seqs].map(([epoch, counts]) => [epoch, new Map(counts)]));
    copy.totals = new Map(this.totals);
    copy.folded = this.folded;
    return copy;
  }

  get entries(): readonly NewEntry[] {
    return this.rows;
  }

  /** One transaction, as `LogTable` makes it. */
  append(entries: readonly NewEntry[]): readonly number[] {
    return entries.map((entry) => {
      this.appendRow(entry);
      const [agent, stored] = watermarkIn(entry.fact);
      if (agent !== undefined) this.raise(agent, stored);
      return this.rows.length;
    });
  }

  /** Only the log, not the watermarks: what a store without transactions would leave behind. */
  appendRow(entry: NewEntry): void {
    this.rows.push({ ...entry, id: this.rows.length + 1 });
    const { fact } = entry;
    if (fact.type === 'batch') this.count(fact.agent.epoch, fact.batch.seq);
    if (fact.type !== 'gap') return;
    for (let seq = fact.from; seq <= fact.to; seq++) this.count(fact.agent.epoch, seq);
  }

  storedOf(agent: AgentIdentity): number {
    return this.watermarks.get(keyOf(agent)) ?? 0;
  }

  entriesBehind(id: number): readonly LogEntry[] {
    return this.rows.slice(id).map((row) => ({ id: row.id, at: row.at, ...asRead(row) }));
  }

  save(flush: {
    readonly folded: number;
    readonly at: number;
    readonly fleet: string;
    readonly totals: Saved['totals'];
  }): void {
    this.snapshots.push({ id: flush.folded, at: flush.at, fleet: flush.fleet });
    for (const { address, counts } of flush.totals) this.totals.set(address, [...counts]);
    this.folded = flush.folded;
  }

  load(): Saved {
    const newest = this.snapshots.at(-1);
    return {
      ...(newest === undefined ? {} : { snapshot: newest }),
      folded: this.folded,
      totals: [...this.totals].map(([address, counts]) => ({ address, counts })),
      baseAt: 0,
      baseId: 0,
      isOutdated: false,
    };
  }

  /** How often a batch is in the log, or in a gap that it tells of. */
  countOf(epoch: string, seq: number): number {
    return this.seqs.get(epoch)?.get(seq) ?? 0;
  }

  private count(epoch: string, seq: number): void {
    const counts = this.seqs.get(epoch) ?? new Map<number, number>();
    counts.set(seq, (counts.get(seq) ?? 0) + 1);
    this.seqs.set(epoch, counts);
  }

  private raise(agent: AgentIdentity, stored: number): void {
    const key = keyOf(agent);
    this.watermarks.set(key, Math.max(stored, this.watermarks.get(key) ?? 0));
  }
}

function keyOf({ service, instance, epoch }: AgentIdentity): string {
  return `${service}@${instance} ${epoch}`;
}

function watermarkIn(fact: LogFact): readonly [AgentIdentity | undefined, number] {
  switch (fact.type) {
    case 'batch':
      return [fact.agent, fact.batch.seq];
    case 'gap':
      return [fact.agent, fact.to];
    case 'refused':
      return [fact.agent, fact.seq];
    case 'applied':
    case 'connected':
    case 'control':
    case 'dictionary':
    case 'disconnected':
      return [undefined, 0];
  }
}

/** A batch is read from its bytes, as the log gives it back. */
function asRead({ fact, frame }: NewEntry): LogFact {
  if (fact.type !== 'batch' || frame === undefined) return fact;
  const message = readAgentMessage(Buffer.from(frame).toString('utf8'));
  if (message.ok && message.value.type === 'batch') return { ...fact, batch: message.value };
  throw new Error('a stored batch cannot be read');
}
