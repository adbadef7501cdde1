import {
  type AuditEntry,
  clockCorrectionMs,
  countColumns,
  type Fleet,
  type FleetEvent,
  instanceKey,
  type LogEntry,
  type Resource,
  type RollupColumns,
} from '@holdfast/shared';
import { type Flush, type Slice, type SliceQuery, tiers, type Total } from '../store/event-store.ts';
import { readSeconds, SecondsWriter, sumOf } from './seconds-codec.ts';

/** What was derived between two flushes. */
export interface Chunk {
  /** By address and instance. */
  readonly series: Map<string, Series>;
  /** Finds a series without building its key; the fleet keeps the same object for a resource. */
  readonly byResource: WeakMap<Resource, Series>;
  readonly events: FleetEvent[];
  readonly audit: AuditEntry[];
}

/** What one instance's resource did since the flush before, by epoch minute. */
interface Series {
  readonly address: string;
  readonly instance: string;
  /** Those of its address, which other instances share. */
  readonly totals: number[];
  readonly minutes: Map<number, SecondsWriter>;
}

/**
 * The second fold of the log, beside the fleet: every call ever counted, and the seconds that charts are made
 * of.
 */
export class History {
  private present: Chunk = createChunk();
  /** Sealed and not yet saved, oldest first; several only while saving fails. */
  private sealed: Chunk[] = [];
  private readonly totals: Map<string, number[]>;

  constructor(totals: readonly Total[]) {
    this.totals = new Map(totals.map(({ address, counts }) => [address, [...counts]]));
  }

  /** Adds an entry that was just folded into this fleet. */
  add(fleet: Fleet, entry: LogEntry): void {
    this.addEvents(fleet, entry);
    if (entry.type === 'control') this.present.audit.push(...fleet.audit.slice(-1));
    if (entry.type !== 'batch' || entry.batch.rollups === undefined) return;
    const instance = fleet.instances.get(instanceKey(entry.agent));
    if (instance?.epoch !== entry.agent.epoch) return;
    const correctionSeconds = Math.round(clockCorrectionMs(instance) / 1_000);
    this.addRollups(entry.batch.rollups, {
      instance: entry.agent.instance,
      resources: instance.resources,
      correctionSeconds,
    });
  }

  /** Whether a call was ever counted for an address. */
  knows(address: string): boolean {
    return this.totals.has(address);
  }

  /** Counters by `countColumns` of every call that was ever counted for an address. */
  totalsOf(address: string): readonly number[] {
    return this.totals.get(address) ?? countColumns.map(() => 0);
  }

  /** As they are now: what is counted while they are on their way to the disk must not slip in. */
  allTotals(): Total[] {
    return [...this.totals].map(([address, counts]) => ({ address, counts: [...counts] }));
  }

  /** Closes the present chunk and returns all that waits to be saved. */
  seal(): readonly Chunk[] {
    this.sealed.push(this.present);
    this.present = createChunk();
    return [...this.sealed];
  }

  /** Lets go of what was saved. */
  release(saved: readonly Chunk[]): void {
    this.sealed = this.sealed.filter((chunk) => !saved.includes(chunk));
  }

  /** The part of a flush that comes from these chunks. */
  contentsOf(chunks: readonly Chunk[]): Pick<Flush, 'totals' | 'slices' | 'events' | 'audit'> {
    const series = chunks.flatMap((chunk) => [...chunk.series.values()]);
    const addresses = new Set(series.map((one) => one.address));
    return {
      totals: [...addresses].map((address) => ({ address, counts: [...this.totalsOf(address)] })),
      slices: series.flatMap((one) =>
        [...one.minutes].flatMap(([minute, writer]) =>
          tiers.map((tier) => ({
            address: one.address,
            instance: one.instance,
            ...sliceOf(tier, minute, writer),
          })),
        ),
      ),
      events: chunks.flatMap((chunk) => chunk.events),
      audit: chunks.flatMap((chunk) => chunk.audit),
    };
  }

  /** What of the asked is not saved yet. */
  unsavedSlices({ tier, address, from, to }: SliceQuery): Slice[] {
    return this.unsaved().flatMap((chunk) =>
      [...chunk.series.values()]
        .filter((series) => series.address === address)
        .flatMap((series) => [...series.minutes])
        .filter(([minute]) => firstMinuteOf(tier, minute) >= from && firstMinuteOf(tier, minute) <= to)
        .map(([minute, writer]) => sliceOf(tier, minute, writer)),
    );
  }

  /** In the order of the log. */
  unsavedEvents(): FleetEvent[] {
    return this.unsaved().flatMap((chunk) => chunk.events);
  }

  private unsaved(): readonly Chunk[] {
    return [...this.sealed, this.present];
  }

  private addEvents(fleet: Fleet, entry: LogEntry): void {
    const prefix = `${entry.id}.`;
    let first = fleet.events.length;
    while (first > 0 && fleet.events[first - 1]?.id.startsWith(prefix)) first--;
    this.present.events.push(...fleet.events.slice(first));
  }

  private addRollups(
    columns: RollupColumns,
    of: {
      readonly instance: string;
      readonly resources: readonly Resource[];
      readonly correctionSeconds: number;
    },
  ): void {
    const present = countColumns.flatMap((name, index) => {
      const values = columns.counts[name];
      return values === undefined ? [] : [{ index, values }];
    });
    for (let row = 0; row < columns.resource.length; row++) {
      const resource = of.resources[columns.resource[row] ?? -1];
      if (resource === undefined) continue;
      const second = columns.at + (columns.second[row] ?? 0) + of.correctionSeconds;
      const series = this.seriesOf(resource, of.instance);
      const latency = columns.latency[row] ?? [];
      writerOf(series, second).addRow({ second: second % 60, columns: present, row, latency });
      for (const { index, values } of present) {
        series.totals[index] = (series.totals[index] ?? 0) + (values[row] ?? 0);
      }
    }
  }

  private seriesOf(resource: Resource, instance: string): Series {
    const known = this.present.byResource.get(resource);
    if (known !== undefined) return known;
    const key = `${resource.address}\n${instance}`;
    const series =
      this.present.series.get(key) ?? createSeries(resource, instance, this.totalsFor(resource.address));
    this.present.series.set(key, series);
    this.present.byResource.set(resource, series);
    return series;
  }

  private totalsFor(address: string): number[] {
    const known = this.totals.get(address);
    if (known !== undefined) return known;
    const totals = countColumns.map(() => 0);
    this.totals.set(address, totals);
    return totals;
  }
}

function createChunk(): Chunk {
  return { series: new Map(), byResource: new WeakMap(), events: [], audit: [] };
}

function createSeries({ address }: Resource, instance: string, totals: number[]): Series {
  return { address, instance, totals, minutes: new Map() };
}

function writerOf(series: Series, second: number): SecondsWriter {
  const minute = Math.floor(second / 60);
  const known = series.minutes.get(minute);
  if (known !== undefined) return known;
  const writer = new SecondsWriter();
  series.minutes.set(minute, writer);
  return writer;
}

function sliceOf(tier: Slice['tier'], minute: number, writer: SecondsWriter): Slice {
  if (tier === 'seconds') return { tier, minute, bytes: writer.bytes() };
  const sum = new SecondsWriter();
  sum.add(sumOf(readSeconds(writer.bytes())));
  return { tier, minute: firstMinuteOf(tier, minute), bytes: sum.bytes() };
}

/** The minute in which a tier keeps what happened in a minute. */
function firstMinuteOf(tier: Slice['tier'], minute: number): number {
  return tier === 'hours' ? Math.floor(minute / 60) * 60 : minute;
}
