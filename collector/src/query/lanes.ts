import type { Fleet, FleetEvent, LaneSegment, StateLane } from '@holdfast/shared';
import type { FoldedState } from '../fold/folded-state.ts';
import { type EventStore, eventNumber, type StateQuery } from '../store/event-store.ts';

export interface LaneQuery {
  readonly address: string;
  /** Epoch milliseconds. */
  readonly since: number;
  readonly until: number;
}

export interface Lanes {
  readonly lanes: readonly StateLane[];
  /** From when on the lanes are whole; absent where they are from the beginning. */
  readonly lanesSince?: number;
}

/** Changes of state within a range; a range with more is whole from a later moment on. */
const maxChanges = 5_000;
/** What is looked at before and behind a range, to know how things stood at its ends. */
const maxAround = 500;

/**
 * The states of a resource over a range, instance by instance, with each change at its very moment: nothing
 * is sampled, so a state shows however short it was.
 */
export async function lanesOf(
  { state, store }: { readonly state: FoldedState; readonly store: EventStore },
  query: LaneQuery,
): Promise<Lanes> {
  const { address, since, until } = query;
  const sources = { state, store };
  const present = presentOf(state.fleet, address);
  const isSettled = [...present.values()].every(({ sinceAt }) => sinceAt <= until);
  const later = { address, since: until + 1, until: Number.MAX_SAFE_INTEGER, limit: maxAround };
  const [before, events, after] = await Promise.all([
    eventsOf(sources, { address, since: 0, until: since - 1, limit: maxAround }),
    eventsOf(sources, { address, since, until, limit: maxChanges + 1 }),
    isSettled ? [] : eventsOf(sources, { ...later, isOldestFirst: true }),
  ]);
  const changes = events.filter((event) => event.address === address);
  const lanesSince = changes.length > maxChanges ? changes.at(-maxChanges)?.at : undefined;
  const from = lanesSince ?? since;
  const told = [...before, ...events, ...after];
  const changed = told.filter((event) => event.address === address).map(({ instance }) => instance);
  const lanes = [...new Set([...present.keys(), ...changed])].sort().map((instance) => {
    const own = told.filter((event) => event.instance === instance);
    return { instance, segments: clipped(segmentsOf(own, present.get(instance)), from, until) };
  });
  const shown = lanes.filter(({ segments }) => segments.length > 0);
  return { lanes: shown, ...(lanesSince === undefined ? {} : { lanesSince }) };
}

/** From the store, and from memory what is not saved yet; oldest first. */
async function eventsOf(
  { state, store }: { readonly state: FoldedState; readonly store: EventStore },
  query: StateQuery,
): Promise<readonly FleetEvent[]> {
  const { address, since, until } = query;
  const [service = ''] = address.split('/');
  const unsaved = state.history
    .unsavedEvents()
    .filter((one) => one.at >= since && one.at <= until && isOf(one, address, service));
  const byId = new Map([...(await store.stateEvents(query)), ...unsaved].map((event) => [event.id, event]));
  return [...byId.values()].sort((a, b) => a.at - b.at || eventNumber(a.id) - eventNumber(b.id));
}

function isOf(of: FleetEvent, address: string, service: string): boolean {
  if (of.address === address) return changeOf(of) !== undefined;
  return of.address === undefined && of.service === service && of.event.kind.startsWith('agent.');
}

interface Change {
  readonly from: string | undefined;
  readonly to: string;
  /** Of a summary of many changes; `from` and `to` are those of the first and the last. */
  readonly summary?: { readonly overMs: number; readonly changeCount: number };
}

function changeOf({ event }: FleetEvent): Change | undefined {
  if (!('to' in event) || typeof event.to !== 'string' || 'flag' in event) return undefined;
  if (!('edges' in event)) return { from: event.from, to: event.to };
  const { edges, overMs, to } = event;
  const changeCount = edges.reduce((sum, { count }) => sum + count, 0);
  return { from: edges[0]?.from, to, summary: { overMs, changeCount } };
}

/** How a resource stands now in an instance. */
interface Present {
  readonly state: string;
  readonly sinceAt: number;
  readonly startedAt: number;
  readonly connected: boolean;
}

function presentOf(fleet: Fleet, address: string): Map<string, Present> {
  const present = new Map<string, Present>();
  for (const {
    service,
    instance,
    startedAt,
    clockOffsetMs,
    connected,
    byAddress,
  } of fleet.instances.values()) {
    const resource = byAddress.get(address);
    const state = resource?.breaker?.state ?? resource?.health?.status;
    const sinceAt = resource?.breaker?.sinceAt ?? resource?.health?.sinceAt ?? 0;
    if (state !== undefined && address.startsWith(`${service}/`))
      present.set(instance, { state, sinceAt, startedAt: startedAt + clockOffsetMs, connected });
  }
  return present;
}

/** From then on nothing is heard of an instance. */
const endsOfRuns: readonly FleetEvent['event']['kind'][] = ['agent.lost', 'agent.awaited', 'agent.stopped'];

/** An instance that is under way. Of which state is known once it changes. */
interface Open {
  readonly from: number;
  readonly state: string | undefined;
}

function segmentsOf(events: readonly FleetEvent[], present: Present | undefined): LaneSegment[] {
  const segments: LaneSegment[] = [];
  let last: string | undefined;
  const lastStart = events.findLast(
    ({ event }) => event.kind === 'agent.connected' && event.detail !== 'again',
  );
  const startedAt = present?.startedAt ?? Number.POSITIVE_INFINITY;
  let open: Open | undefined = {
    from: lastStart === undefined && present !== undefined ? startedAt : Number.NEGATIVE_INFINITY,
    state: undefined,
  };
  const end = (until: number, state: string | undefined): void => {
    // Of no length is a state only that was entered by a change.
    const isLong = open !== undefined && (until > open.from || open.state !== undefined);
    if (open !== undefined && isLong && state !== undefined) segments.push({ state, from: open.from, until });
    last = state ?? last;
    open = undefined;
  };
  for (const of of events) {
    const { at, event } = of;
    const change = changeOf(of);
    if (change !== undefined) {
      const { summary } = change;
      const known: number = open?.from ?? segments.at(-1)?.until ?? Number.NEGATIVE_INFINITY;
      const from = summary === undefined ? at : Math.max(known, at - summary.overMs);
      end(from, open?.state ?? change.from);
      if (summary !== undefined)
        segments.push({ state: 'summarised', from, until: at, changeCount: summary.changeCount });
      open = { from: at, state: change.to };
    } else if (event.kind === 'agent.connected') {
      const isSame = event.detail === 'again';
      if (open === undefined || !isSame) {
        end(at, open?.state);
        const from: number = of === lastStart ? Math.min(at, startedAt) : at;
        open = { from, state: isSame ? last : undefined };
      }
    } else if (endsOfRuns.includes(event.kind)) {
      end(at, open?.state ?? last);
    }
  }
  end(Number.POSITIVE_INFINITY, open?.state ?? (present?.connected === true ? present.state : undefined));
  return segments;
}

function clipped(segments: readonly LaneSegment[], since: number, until: number): LaneSegment[] {
  const shown: LaneSegment[] = [];
  for (const segment of segments) {
    const from = Math.max(segment.from, since);
    const end = Math.min(segment.until, until);
    // A state that began and ended within one millisecond shows as well.
    const isMoment = segment.from === segment.until;
    if (isMoment ? end < from : end <= from) continue;
    const before = shown.at(-1);
    const isOne =
      before?.state === segment.state && before.until === from && before.changeCount === undefined;
    if (isOne) shown[shown.length - 1] = { ...before, until: end };
    else shown.push({ ...segment, from, until: end });
  }
  return shown;
}
