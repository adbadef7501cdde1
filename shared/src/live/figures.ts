import type { Figures } from '../state/resource-watch.ts';
import { type RatesView, type ResourceView, sparkSlotSeconds, sparkSlots } from '../state/views.ts';

/**
 * What calls changed of resources, a column for each figure that changed for any of them, a value for each
 * resource: `null` where it has none. Far smaller and quicker to read than the resources themselves.
 */
export type LiveFigures = {
  /** Numbers of resources; every column is as long. */
  readonly of: readonly number[];
  readonly gauges?: readonly ResourceView['gauges'][];
  /** The last slots of the sparks, the newest at the end, as many as changed. */
  readonly calls?: readonly (readonly number[])[];
  readonly failed?: readonly (readonly number[])[];
} & { readonly [R in keyof RatesView]?: readonly (Exclude<RatesView[R], undefined> | null)[] };

/** The figures of a resource as readers have them, and as they are now. */
export interface FigureChange {
  readonly number: number;
  readonly before: ResourceView;
  readonly now: ResourceView;
}

const numberRates = [
  'callsPerSecond',
  'rejectedPerSecond',
  'slowPerSecond',
  'retriesPerSecond',
  'fallbacksPerSecond',
  'failureRatio',
  'p50Ms',
  'p95Ms',
  'p99Ms',
] as const satisfies readonly (keyof RatesView)[];

/** `before` must have its spark where it is at the moment of the message, see `shiftSpark`. */
export function figuresOf(changes: readonly FigureChange[]): LiveFigures {
  const columns: Record<string, readonly unknown[]> = { of: changes.map(({ number }) => number) };
  for (const rate of numberRates) {
    const column: (number | null)[] = [];
    let isChanged = false;
    for (const { before, now } of changes) {
      const value = now.rates[rate];
      if (value !== before.rates[rate]) isChanged = true;
      column.push(value ?? null);
    }
    if (isChanged) columns[rate] = column;
  }
  if (
    changes.some(
      ({ before, now }) => !isSameCounts(before.rates.actionsPerSecond, now.rates.actionsPerSecond),
    )
  )
    columns['actionsPerSecond'] = changes.map(({ now }) => now.rates.actionsPerSecond ?? null);
  if (changes.some(({ before, now }) => !isSameCounts(before.gauges, now.gauges)))
    columns['gauges'] = changes.map(({ now }) => now.gauges);
  for (const line of ['calls', 'failed'] as const) {
    const ends = changes.map(({ before, now }) => changedEnd(before.spark[line], now.spark[line]));
    if (ends.some((end) => end.length > 0)) columns[line] = ends;
  }
  return columns as LiveFigures; // each column was made from its own values above
}

/** Whether calls changed nothing of it. */
export function isSameFigures(a: Figures, b: Figures): boolean {
  for (const rate of numberRates) if (a.rates[rate] !== b.rates[rate]) return false;
  return (
    isSameCounts(a.rates.actionsPerSecond, b.rates.actionsPerSecond) &&
    isSameCounts(a.gauges, b.gauges) &&
    isSameList(a.spark.calls, b.spark.calls) &&
    isSameList(a.spark.failed, b.spark.failed)
  );
}

/** The resource of a row with that row's figures. */
export function withFigures(resource: ResourceView, figures: LiveFigures, row: number): ResourceView {
  const rates: Record<string, unknown> = { ...resource.rates };
  for (const rate of [...numberRates, 'actionsPerSecond'] as const) {
    const value = figures[rate]?.[row];
    if (value === null) delete rates[rate];
    else if (value !== undefined) rates[rate] = value;
  }
  return {
    ...resource,
    rates: rates as unknown as RatesView, // each rate came from its own column
    gauges: figures.gauges?.[row] ?? resource.gauges,
    spark: {
      calls: withEnd(resource.spark.calls, figures.calls?.[row]),
      failed: withEnd(resource.spark.failed, figures.failed?.[row]),
    },
  };
}

/** Sparks stand on the clock's grid: between two moments they move by as many slots. */
export function sparkShift(from: number, to: number): number {
  const slotMs = sparkSlotSeconds * 1_000;
  return Math.max(0, Math.floor(to / slotMs) - Math.floor(from / slotMs));
}

/** The resource with its spark moved by that many slots; the same one where nothing moves. */
export function shiftSpark(resource: ResourceView, slots: number): ResourceView {
  const { calls, failed } = resource.spark;
  if (slots === 0 || (isIdle(calls) && isIdle(failed))) return resource;
  return { ...resource, spark: { calls: shifted(calls, slots), failed: shifted(failed, slots) } };
}

function isIdle(line: readonly number[]): boolean {
  return line.every((count) => count === 0);
}

function shifted(line: readonly number[], slots: number): readonly number[] {
  const kept = line.slice(Math.min(slots, sparkSlots));
  return [...kept, ...Array.from({ length: line.length - kept.length }, () => 0)];
}

function changedEnd(before: readonly number[], now: readonly number[]): readonly number[] {
  let first = 0;
  while (first < now.length && now[first] === before[first]) first++;
  return first === now.length ? noCounts : now.slice(first);
}

const noCounts: readonly number[] = [];

function withEnd(line: readonly number[], end: readonly number[] = []): readonly number[] {
  return end.length === 0 ? line : [...line.slice(0, Math.max(0, line.length - end.length)), ...end];
}

function isSameList(a: readonly number[], b: readonly number[]): boolean {
  if (a === b) return true;
  for (let slot = 0; slot < a.length; slot++) if (a[slot] !== b[slot]) return false;
  return a.length === b.length;
}

type Counts = Readonly<Record<string, number>>;

function isSameCounts(a: Counts | undefined, b: Counts | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  for (const name in a) if (a[name] !== b[name]) return false;
  for (const name in b) if (!(name in a)) return false;
  return true;
}
