import {
  type AuditEntry,
  clockCorrectionMs,
  countColumns,
  type Fleet,
  type FleetEvent,
  instanceKey,
  type LogEntry,
  type Resource,
  type RollupRows,
  rowsIn,
} from '@holdfast/shared';
import { type Flush, type Slice, type SliceQuery, tiers, type Total } from '../store/event-store.ts';
import { SecondsWriter, sumOfSeconds } from './seconds-codec.ts';

/** What was derived between two flushes. */
export interface Chunk {
  /** By address, then by instance. */
  readonly series: Map<string, Map<string, Series>>;
  /** Finds a series without building its key: by a run's list of resources, in its order. */
  readonly byNumber: WeakMap<readonly Resource[], Series[]>;
  readonly events: FleetEvent[];
  readonly audit: AuditEntry[];
  /** How many rows were added to it. */
  rowCount: number;
  /** In how many parts its series are saved, each with its own; none until it is sealed. */
  parts: readonly (readonly Series[])[];
  /** How many of them are saved. */
  savedParts: number;
}

/** What one instance's resource did since the flush before, by epoch minute. */
interface Series {
  /** Another of the same address where the instance was gone meanwhile. */
  resource: Resource;
  readonly instance: string;
  /** Those of its address, which other instances share. */
  readonly totals: number[];
  readonly minutes: Map<number, SecondsWriter>;
  /** That of its chunk, once that is sealed. */
  part: number;
  /** The minute that was written last. */
  minute: number;
  writer: SecondsWriter | undefined;
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
    const rows = entry.type === 'batch' ? rowsIn(entry.batch) : undefined;
    if (rows === undefined || entry.type !== 'batch') return;
    const instance = fleet.instances.get(instanceKey(entry.agent));
    if (instance?.epoch !== entry.agent.epoch) return;
    const correctionSeconds = Math.round(clockCorrectionMs(instance) / 1_000);
    this.addRows(rows, {
      instance: entry.agent.instance,
      resources: instance.resources,
      correctionSeconds,
    });
  }

  /** How many rows were added since the last chunk was sealed. */
  get rowCount(): number {
    return this.present.rowCount;
  }

  /** How many rows are in memory alone. */
  get unsavedRowCount(): number {
    return this.unsaved().reduce((sum, chunk) => sum + chunk.rowCount, 0);
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

  /**
   * Closes the present chunk, in so many parts, or as many as make each of them small. The same log makes the
   * same chunk, and the same number the same parts of it. They follow the order in which series were first
   * seen, as the rows of the store do: a part that is scattered over its indices writes them all anew.
   */
  seal(parts?: number): Chunk {
    const chunk = this.present;
    this.present = createChunk();
    this.sealed.push(chunk);
    const series = [...chunk.series.values()].flatMap((instances) => [...instances.values()]);
    const minutes = series.reduce((sum, one) => sum + one.minutes.size, 0);
    const groups = Array.from({ length: parts ?? Math.ceil(minutes / minutesAPart) + 1 }, (): Series[] => []);
    for (const [index, one] of series.entries()) {
      one.part = Math.floor((index * groups.length) / series.length);
      groups[one.part]?.push(one);
    }
    chunk.parts = groups;
    return chunk;
  }

  /** Lets go of what was saved. */
  release(saved: Chunk): void {
    this.sealed = this.sealed.filter((chunk) => chunk !== saved);
  }

  /** What a flush of this chunk holds beside its slices: totals as they are now. */
  contentsOf({ series, events, audit }: Chunk): Pick<Flush, 'totals' | 'events' | 'audit'> {
    const totals = [...series.keys()].map((address) => ({ address, counts: [...this.totalsOf(address)] }));
    return { totals, events, audit };
  }

  /** What of the asked is not saved yet. */
  unsavedSlices({ tier, address, from, to }: SliceQuery): Slice[] {
    return this.unsaved().flatMap((chunk) =>
      [...(chunk.series.get(address)?.values() ?? [])]
        .filter((series) => chunk.savedParts === 0 || series.part >= chunk.savedParts)
        .flatMap((series) => [...series.minutes])
        .filter(([minute]) => firstMinuteOf(tier, minute) >= from && firstMinuteOf(tier, minute) <= to)
        .map(([minute, writer]) =>
          sliceOf(tier, minute, { writer, sum: tier === 'seconds' ? none : sumOfSeconds(writer.bytes()) }),
        ),
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

  private addRows(
    rows: RollupRows,
    of: {
      readonly instance: string;
      readonly resources: readonly Resource[];
      readonly correctionSeconds: number;
    },
  ): void {
    const { resource: numbers, second: seconds, counts, ends } = rows;
    const known = this.seriesIn(of.resources);
    this.present.rowCount += ends.length;
    for (let row = 0; row < ends.length; row++) {
      const number = numbers[row] ?? -1;
      const resource = of.resources[number];
      if (resource === undefined) continue;
      let series = known[number];
      if (series?.resource !== resource) series = known[number] = this.seriesOf(resource, of.instance);
      const second = (seconds[row] ?? 0) + of.correctionSeconds;
      writerOf(series, second).add(second % 60, rows, row);
      for (let column = 0; column < counts.length; column++) {
        const { index = 0, values = none } = counts[column] ?? {};
        const count = values[row] ?? 0;
        if (count > 0) series.totals[index] = (series.totals[index] ?? 0) + count;
      }
    }
  }

  private seriesIn(resources: readonly Resource[]): Series[] {
    const known = this.present.byNumber.get(resources);
    if (known !== undefined) return known;
    const series: Series[] = [];
    this.present.byNumber.set(resources, series);
    return series;
  }

  private seriesOf(resource: Resource, instance: string): Series {
    const { address } = resource;
    const instances = this.present.series.get(address) ?? new Map<string, Series>();
    const series = instances.get(instance) ?? createSeries(resource, instance, this.totalsFor(address));
    series.resource = resource;
    instances.set(instance, series);
    this.present.series.set(address, instances);
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
  const sealed = { parts: [], savedParts: 0 };
  return { series: new Map(), byNumber: new WeakMap(), events: [], audit: [], rowCount: 0, ...sealed };
}

/** Few enough that a commit which waits for them hardly notices; each part writes the ends of tables anew. */
const minutesAPart = 256;

/** What a part holds for the store. */
export function slicesOfPart({ parts }: Chunk, part: number): Flush['slices'] {
  return (parts[part] ?? []).flatMap(({ resource: { address }, instance, minutes }) =>
    [...minutes].flatMap(([minute, writer]) => {
      const sum = sumOfSeconds(writer.bytes());
      return tiers.map((tier) => ({ address, instance, ...sliceOf(tier, minute, { writer, sum }) }));
    }),
  );
}

function createSeries(resource: Resource, instance: string, totals: number[]): Series {
  return { resource, instance, totals, minutes: new Map(), part: 0, minute: -1, writer: undefined };
}

function writerOf(series: Series, second: number): SecondsWriter {
  const minute = Math.floor(second / 60);
  if (series.writer !== undefined && series.minute === minute) return series.writer;
  const writer = series.minutes.get(minute) ?? new SecondsWriter(bytesLike(series.writer));
  series.minutes.set(minute, writer);
  series.minute = minute;
  series.writer = writer;
  return writer;
}

/** Most minutes are as the one before. */
function bytesLike(before: SecondsWriter | undefined): number | undefined {
  return before === undefined ? undefined : Math.ceil(before.bytes().length * 1.125);
}

const none: Uint8Array = new Uint8Array(0);

function sliceOf(
  tier: Slice['tier'],
  minute: number,
  { writer, sum }: { readonly writer: SecondsWriter; readonly sum: Uint8Array },
): Slice {
  if (tier === 'seconds') return { tier, minute, bytes: writer.bytes() };
  return { tier, minute: firstMinuteOf(tier, minute), bytes: sum };
}

/** The minute in which a tier keeps what happened in a minute. */
function firstMinuteOf(tier: Slice['tier'], minute: number): number {
  return tier === 'hours' ? Math.floor(minute / 60) * 60 : minute;
}
