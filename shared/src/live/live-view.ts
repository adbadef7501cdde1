import { fleetLimits } from '../state/fleet.ts';
import type { FleetView, ResourceView } from '../state/views.ts';
import { shiftSpark, sparkShift, withFigures } from './figures.ts';
import { type LiveListing, liveParts } from './live-parts.ts';
import type { LiveDelta, LiveMark, LiveMessage, LiveSnapshot } from './live-message.ts';

/** What a reader of the live feed knows. */
export interface LiveView extends FleetView, LiveMark {
  /** The addresses of resources by the numbers of the feed. */
  readonly numbers: ReadonlyMap<number, string>;
}

const noNumbers: ReadonlyMap<number, string> = new Map();

export const emptyView: FleetView = {
  at: 0,
  resources: [],
  flags: [],
  errors: [],
  agents: [],
  events: [],
  audit: [],
};
export const emptyLiveView: LiveView = { ...emptyView, numbers: noNumbers };

/** The view after a message. Parts that did not change stay the same objects. */
export function applyLive(view: LiveView, message: LiveMessage): LiveView {
  if (message.type === 'snapshot') {
    return { ...message.view, numbers: numbersOf(message), ...markOf(message) };
  }
  const numbers = mergeNumbers(view.numbers, message);
  const { gone } = message;
  return {
    at: message.at,
    resources: mergeResources(view, message, numbers),
    flags: mergePart(liveParts.flags, view.flags, { changed: message.flags, gone: gone?.flags }),
    errors: mergePart(liveParts.errors, view.errors, { changed: message.errors, gone: gone?.errors }),
    agents: mergePart(liveParts.agents, view.agents, { changed: message.agents, gone: gone?.agents }),
    events: append(view.events, message.events, fleetLimits.events),
    audit: append(view.audit, message.audit, fleetLimits.audit),
    numbers,
    ...markOf(message),
  };
}

function markOf({ cursor, replay, problem }: LiveMark): LiveMark {
  return {
    ...(cursor === undefined ? {} : { cursor }),
    ...(replay === undefined ? {} : { replay }),
    ...(problem === undefined ? {} : { problem }),
  };
}

function numbersOf({ view, numbers }: LiveSnapshot): ReadonlyMap<number, string> {
  if (numbers === undefined) return noNumbers;
  return new Map(view.resources.map(({ address }, index) => [numbers[index] ?? -1, address]));
}

function mergeNumbers(
  present: ReadonlyMap<number, string>,
  { resources = [], numbers, removed }: LiveDelta,
): ReadonlyMap<number, string> {
  if (numbers === undefined && removed === undefined) return present;
  const gone = new Set(removed);
  const merged = new Map([...present].filter(([, address]) => !gone.has(address)));
  for (const [index, number] of (numbers ?? []).entries())
    merged.set(number, resources[index]?.address ?? '');
  return merged;
}

function append<T>(list: readonly T[], added: readonly T[] | undefined, kept: number): readonly T[] {
  return added === undefined || added.length === 0 ? list : [...list, ...added].slice(-kept);
}

function mergeResources(
  { at, resources }: FleetView,
  delta: LiveDelta,
  numbers: ReadonlyMap<number, string>,
): readonly ResourceView[] {
  const slots = sparkShift(at, delta.at);
  const moved =
    slots === 0
      ? resources
      : sameOr(
          resources,
          resources.map((one) => shiftSpark(one, slots)),
        );
  const { figures, removed } = delta;
  if (delta.resources === undefined && figures === undefined && removed === undefined) return moved;
  const byAddress = new Map(moved.map((resource) => [resource.address, resource]));
  for (const address of removed ?? []) byAddress.delete(address);
  for (const resource of delta.resources ?? []) byAddress.set(resource.address, resource);
  for (const [row, number] of (figures?.of ?? []).entries()) {
    const known = byAddress.get(numbers.get(number) ?? '');
    if (known !== undefined && figures !== undefined)
      byAddress.set(known.address, withFigures(known, figures, row));
  }
  return [...byAddress.values()];
}

interface PartChange<T> {
  readonly changed: readonly T[] | undefined;
  readonly gone: readonly string[] | undefined;
}

function mergePart<T>(
  { keyOf, compare }: LiveListing<T>,
  present: readonly T[],
  { changed = [], gone = [] }: PartChange<T>,
): readonly T[] {
  if (changed.length === 0 && gone.length === 0) return present;
  const byKey = new Map(present.map((item) => [keyOf(item), item]));
  for (const key of gone) byKey.delete(key);
  for (const item of changed) byKey.set(keyOf(item), item);
  return [...byKey.values()].sort(compare);
}

function sameOr<T>(list: readonly T[], moved: readonly T[]): readonly T[] {
  return moved.every((item, index) => item === list[index]) ? list : moved;
}
