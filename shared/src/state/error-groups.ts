import { type ErrorClass, errorClasses } from '../vocabulary/calls.ts';
import type { ResilienceEvent } from '../vocabulary/events.ts';
import type { Batch } from '../wire/messages.ts';
import type { RollupRows } from '../wire/rollup-rows.ts';
import { countIndex } from '../wire/rollups.ts';
import { errorKey } from './error-view.ts';
import { type ErrorGroup, fleetLimits, type Instance } from './fleet.ts';
import { clockCorrectionMs, rowsIn } from './fold-batch.ts';

/** The fingerprint of the groups, one a class, that hold what had to make room for others. */
export const overflowFingerprint = 'overflow';

/** The fingerprint of errors of which only the class and the resource are known. */
export function placeFingerprint(address: string): string {
  return `at:${address}`;
}

export interface ErrorBatch {
  readonly instance: Instance;
  readonly batch: Batch;
  /** When the collector took it. */
  readonly at: number;
}

/**
 * Folds the errors of a batch into the groups, once the batch is folded into its instance. What the rollups
 * count, and no tally tells the fingerprint of, is grouped by its resource: all groups of a class always sum
 * to what was counted of that class.
 */
export function foldErrors(groups: Map<string, ErrorGroup>, { instance, batch, at }: ErrorBatch): void {
  const correctionMs = clockCorrectionMs(instance);
  letGo(groups, at);
  for (const event of batch.events) takeSample(groups, event, correctionMs);
  const untold = new Map<string, Counted>();
  for (const { resource, class: errorClass, fingerprint, count, ...tally } of batch.errors ?? []) {
    const address = instance.resources[resource]?.address;
    if (address === undefined) continue;
    const counted = {
      class: errorClass,
      address,
      count,
      firstAt: tally.firstAt + correctionMs,
      lastAt: tally.lastAt + correctionMs,
    };
    addTo(groups, fingerprint, counted);
    addUntold(untold, { ...counted, count: -count });
  }
  const rows = rowsIn(batch);
  if (rows !== undefined) countClasses(untold, rows, { instance, correctionMs });
  for (const counted of untold.values()) {
    if (counted.count !== 0) addTo(groups, placeFingerprint(counted.address), counted);
  }
}

/** Errors of one class at one resource. */
interface Counted {
  readonly class: ErrorClass;
  readonly address: string;
  /** Below 0 where tallies arrive before the rollups that count the same errors. */
  readonly count: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

/** Groups stand in the order in which they were last counted. */
function letGo(groups: Map<string, ErrorGroup>, now: number): void {
  for (const [key, group] of groups) {
    if (now - group.lastAt <= fleetLimits.errorsForMs) return;
    groups.delete(key);
  }
}

function takeSample(groups: Map<string, ErrorGroup>, event: ResilienceEvent, correctionMs: number): void {
  if (event.kind === 'error.sampled') {
    groupFor(groups, event.error, event.at + correctionMs).sample = event.error;
  } else if (event.kind === 'retry.exhausted' || event.kind === 'saga.failed') {
    const known = groups.get(errorKey(event.error));
    if (known !== undefined) known.sample = event.error;
  }
}

function addUntold(untold: Map<string, Counted>, added: Counted): void {
  const key = `${added.class} ${added.address}`;
  const known = untold.get(key);
  untold.set(key, known === undefined ? added : sumOf(known, added));
}

function sumOf(a: Counted, b: Counted): Counted {
  return {
    ...a,
    count: a.count + b.count,
    firstAt: Math.min(a.firstAt, b.firstAt),
    lastAt: Math.max(a.lastAt, b.lastAt),
  };
}

/** Only the columns of classes are looked at: they are few, and this runs for each batch. */
function countClasses(
  untold: Map<string, Counted>,
  { counts, resource: numbers, second: seconds }: RollupRows,
  of: { readonly instance: Instance; readonly correctionMs: number },
): void {
  for (const { index, values } of counts) {
    const errorClass = classAt.get(index);
    if (errorClass === undefined) continue;
    for (let row = 0; row < values.length; row++) {
      const count = values[row] ?? 0;
      const address = of.instance.resources[numbers[row] ?? -1]?.address;
      if (count === 0 || address === undefined) continue;
      const at = (seconds[row] ?? 0) * 1_000 + of.correctionMs;
      addUntold(untold, { class: errorClass, address, count, firstAt: at, lastAt: at });
    }
  }
}

const classAt = new Map(errorClasses.map((name) => [countIndex[`class_${name}`], name]));

function addTo(groups: Map<string, ErrorGroup>, fingerprint: string, counted: Counted): void {
  const group = groupFor(groups, { class: counted.class, fingerprint }, counted.firstAt);
  const key = errorKey(group);
  groups.delete(key);
  addCount(group, counted);
  if (group.total !== 0) groups.set(key, group);
}

/** The group of a class and fingerprint; a new one where there is none. */
function groupFor(
  groups: Map<string, ErrorGroup>,
  of: { readonly class: ErrorClass; readonly fingerprint: string },
  at: number,
): ErrorGroup {
  const key = errorKey(of);
  const known = groups.get(key);
  if (known !== undefined) return known;
  if (groups.size >= fleetLimits.errorGroups) makeRoom(groups);
  const group: ErrorGroup = {
    class: of.class,
    fingerprint: of.fingerprint,
    total: 0,
    firstAt: at,
    lastAt: at,
    sample: undefined,
    places: [],
    elsewhereTotal: 0,
    minutes: [],
    recent: [],
  };
  groups.set(key, group);
  return group;
}

/** The group that was counted longest ago goes into the overflow of its class. */
function makeRoom(groups: Map<string, ErrorGroup>): void {
  for (const [key, group] of groups) {
    if (group.fingerprint === overflowFingerprint) continue;
    groups.delete(key);
    if (group.total !== 0) merge(groups, group);
    return;
  }
}

function merge(groups: Map<string, ErrorGroup>, group: ErrorGroup): void {
  const into = groupFor(groups, { class: group.class, fingerprint: overflowFingerprint }, group.firstAt);
  into.total += group.total;
  into.firstAt = Math.min(into.firstAt, group.firstAt);
  into.lastAt = Math.max(into.lastAt, group.lastAt);
  into.elsewhereTotal += group.elsewhereTotal;
  for (const { address, total } of group.places) addPlace(into, address, total);
  for (let at = 0; at < group.minutes.length; at += 2) {
    addSlot(into.minutes, group.minutes[at] ?? 0, group.minutes[at + 1] ?? 0);
  }
  for (let at = 0; at < group.recent.length; at += 2) {
    addSlot(into.recent, group.recent[at] ?? 0, group.recent[at + 1] ?? 0);
  }
}

function addCount(group: ErrorGroup, { address, count, firstAt, lastAt }: Counted): void {
  group.total += count;
  group.firstAt = Math.min(group.firstAt, firstAt);
  group.lastAt = Math.max(group.lastAt, lastAt);
  addPlace(group, address, count);
  addSlot(group.minutes, Math.floor(lastAt / 60_000), count);
  addSlot(group.recent, Math.floor(lastAt / 1_000), count);
}

function addPlace(group: ErrorGroup, address: string, count: number): void {
  const known = group.places.find((place) => place.address === address);
  if (known !== undefined) known.total += count;
  else if (group.places.length < fleetLimits.errorPlaces) group.places.push({ address, total: count });
  else group.elsewhereTotal += count;
}

/** Adds to a list of a minute, or second, and its count in turn, ascending and of the last 60 only. */
function addSlot(slots: number[], slot: number, count: number): void {
  let at = slots.length; // mostly the newest, so look from the end
  while (at > 0 && (slots[at - 2] ?? 0) > slot) at -= 2;
  if (slots[at - 2] === slot) slots[at - 1] = (slots[at - 1] ?? 0) + count;
  else slots.splice(at, 0, slot, count);
  const oldest = (slots.at(-2) ?? 0) - fleetLimits.errorSlots;
  while ((slots[0] ?? oldest + 1) <= oldest) slots.splice(0, 2);
}
