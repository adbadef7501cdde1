import {
  applyLive,
  breakersOf,
  type Clock,
  emptyLiveView,
  type Freshness,
  freshnessOf,
  isProblem,
  type LiveConnection,
  type LiveMessage,
  type LiveRefusal,
  type LiveView,
  type ResourceView,
  worstFirst,
} from '@holdfast/shared';

/** The parts of the view that can be followed one by one; `breakers` is the order of the list. */
export type Part =
  | 'breakers'
  | 'checks'
  | 'flags'
  | 'errors'
  | 'agents'
  | 'events'
  | 'audit'
  | 'resources'
  | 'view';
export type Topic = Part | 'connection' | `resource:${string}`;

/** Addresses of breakers, worst first. */
export interface BreakerOrder {
  readonly all: readonly string[];
  readonly problems: readonly string[];
}

/** The page's one store. Everything reads from it and hears only of what it has asked for. */
export interface LiveStore {
  apply(message: LiveMessage): void;
  setConnection(connection: LiveConnection): void;
  /** Why what was asked for is not shown; `undefined` forgets it. */
  refuse(refusal: LiveRefusal | undefined): void;
  refusal(): LiveRefusal | undefined;
  subscribe(topic: Topic, listener: () => void): () => void;
  view(): LiveView;
  connection(): LiveConnection;
  resource(address: string): ResourceView | undefined;
  /** The same object as long as neither list changes. */
  breakers(): BreakerOrder;
  /** Resources that are health checks; the same array as long as all of them stay. */
  checks(): readonly ResourceView[];
  freshness(): Freshness;
  /** The collector's clock. It stands still once the data is old: nothing counts on over dead data. */
  now(): number;
}

export function createLiveStore(clock: Clock): LiveStore {
  const { tell, subscribe } = createTopics();
  let view: LiveView = emptyLiveView;
  let byAddress: ReadonlyMap<string, ResourceView> = new Map();
  let breakers: BreakerOrder = { all: [], problems: [] };
  let checks: readonly ResourceView[] = [];
  let connection: LiveConnection = { state: 'connecting', attempt: 0 };
  let heardAt: number | undefined;
  let refusal: LiveRefusal | undefined;

  function freshness(): Freshness {
    return freshnessOf({ connection, heardAt, monotonic: clock.monotonic() });
  }

  return {
    apply(message) {
      const before = view;
      const known = byAddress;
      view = applyLive(before, message);
      heardAt = clock.monotonic();
      if (view.resources !== before.resources) byAddress = indexOf(view.resources);
      const order = view.resources === before.resources ? breakers : breakerOrder(view.resources);
      const isReordered =
        !isSameList(order.all, breakers.all) || !isSameList(order.problems, breakers.problems);
      if (isReordered) breakers = order;
      for (const topic of changedParts(before, view)) tell(topic);
      for (const address of changedResources(known, byAddress)) tell(`resource:${address}`);
      if (isReordered) tell('breakers');
      const checked = view.resources.filter((resource) => resource.health !== undefined);
      if (isSameList(checked, checks)) return;
      checks = checked;
      tell('checks');
    },
    setConnection(next) {
      connection = next;
      tell('connection');
    },
    refuse(next) {
      refusal = next;
      tell('connection');
    },
    refusal: () => refusal,
    subscribe,
    view: () => view,
    connection: () => connection,
    resource: (address) => byAddress.get(address),
    breakers: () => breakers,
    checks: () => checks,
    freshness,
    now() {
      const fresh = freshness();
      return fresh.state === 'live' ? view.at + fresh.ageMs : view.at;
    },
  };
}

function createTopics(): Pick<LiveStore, 'subscribe'> & { readonly tell: (topic: Topic) => void } {
  const listeners = new Map<Topic, Set<() => void>>();
  return {
    tell(topic) {
      for (const listener of listeners.get(topic) ?? []) listener();
    },
    subscribe(topic, listener) {
      const present = listeners.get(topic) ?? new Set();
      listeners.set(topic, present.add(listener));
      return () => {
        present.delete(listener);
        if (present.size === 0 && listeners.get(topic) === present) listeners.delete(topic);
      };
    },
  };
}

function indexOf(resources: readonly ResourceView[]): ReadonlyMap<string, ResourceView> {
  return new Map(resources.map((resource) => [resource.address, resource]));
}

function breakerOrder(resources: readonly ResourceView[]): BreakerOrder {
  const sorted = worstFirst(breakersOf(resources));
  return { all: sorted.map(addressOf), problems: sorted.filter(isProblem).map(addressOf) };
}

function addressOf(resource: ResourceView): string {
  return resource.address;
}

function isSameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}

function* changedParts(before: LiveView, after: LiveView): Generator<Part> {
  const parts = ['resources', 'flags', 'errors', 'agents', 'events', 'audit'] as const;
  for (const part of parts) if (before[part] !== after[part]) yield part;
  yield 'view';
}

function* changedResources(
  before: ReadonlyMap<string, ResourceView>,
  after: ReadonlyMap<string, ResourceView>,
): Generator<string> {
  if (before === after) return;
  for (const [address, resource] of after) if (before.get(address) !== resource) yield address;
  for (const address of before.keys()) if (!after.has(address)) yield address;
}
