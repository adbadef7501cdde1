import {
  agentSubject,
  auditSubject,
  type Clock,
  countColumns,
  describeEvent,
  errorSubject,
  eventSubject,
  type FilterSubject,
  type FleetEvent,
  flagSubject,
  type FleetView,
  type ResourceAnswer,
  resourceKinds,
  endedResourceView,
  resourceSubject,
  resourceViewOf,
  servicesOf,
  show,
  nearestFew,
  statusOf,
  worstFirst,
} from '@holdfast/shared';
import { type TProperties, type TSchema, Type } from 'typebox';
import { unknownResource } from '../control/find-breaker.ts';
import type { FoldedState } from '../fold/folded-state.ts';
import { done, type Outcome, refused } from '../refusal.ts';
import { type Route, route } from '../server/route.ts';
import { type EventStore, eventNumber } from '../store/event-store.ts';
import { filterFor, filterQuery } from './filtering.ts';
import { historyPage, pageOf } from './pages.ts';
import { type SeriesSources, seriesOf } from './series.ts';
import { Views } from './views.ts';

export interface ReadRoutesOptions {
  readonly state: FoldedState;
  readonly store: EventStore;
  readonly clock: Clock;
  readonly secondsRetentionMs: number;
  readonly retentionMs: number;
}

const instant = { minimum: 0, maximum: 8.64e15 };
const paging = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 5_000 })),
  cursor: Type.Optional(Type.String({ maxLength: 64 })),
  ...filterQuery,
};
const place = {
  service: Type.String({ maxLength: 128 }),
  kind: Type.Enum([...resourceKinds]),
  name: Type.String({ maxLength: 128 }),
};

/** What can be read: the present and the past of the fleet. */
export function readRoutes(options: ReadRoutesOptions): readonly Route[] {
  const views = new Views(options.state, options.clock);
  return [...listRoutes(views), ...resourceRoutes(options), ...historyRoutes(options), ...flagRoutes(views)];
}

/** The schema of a page of items. */
function listSchema(item: string): TSchema {
  return Type.Object({ items: Type.Array(Type.Ref(item)), nextCursor: Type.Optional(Type.String()) });
}

function listRoutes(views: Views): Route[] {
  return [
    route({
      method: 'GET',
      action: 'read',
      path: '/api/v1/status',
      summary: 'One sentence: what is wrong, since when, why, what is degraded',
      answer: Type.Ref('StatusView'),
      handle: () => {
        const view = views.current();
        return done(statusOf(view, view.at));
      },
    }),
    listRoute({
      path: 'services',
      summary: 'Services with how their parts stand',
      item: 'ServiceView',
      items: () => servicesOf(views.current()),
      subjectOf: (service) => ({ words: { svc: [service.service], state: [service.health] } }),
    }),
    listRoute({
      path: 'resources',
      summary: 'Breakers, retries, bulkheads, checks … of all services, worst first',
      item: 'ResourceView',
      query: { kind: Type.Optional(place.kind), service: Type.Optional(place.service) },
      items: (query) => worstFirst(matching(views.current(), query)),
      subjectOf: (resource) => resourceSubject(resource, views.current()),
    }),
    listRoute({
      path: 'health',
      summary: 'Health checks, worst first',
      item: 'ResourceView',
      items: () => worstFirst(views.current().resources.filter((one) => one.health !== undefined)),
      subjectOf: (resource) => resourceSubject(resource, views.current()),
    }),
    listRoute({
      path: 'errors',
      summary: 'Error classes of resources, busiest first',
      item: 'ErrorView',
      items: () => views.current().errors,
      subjectOf: errorSubject,
    }),
    listRoute({
      path: 'agents',
      summary: 'Running instances and their connections',
      item: 'AgentView',
      items: () => views.current().agents,
      subjectOf: agentSubject,
    }),
    listRoute({
      path: 'flags',
      summary: 'Flags with their values and why',
      item: 'FlagView',
      items: () => views.current().flags,
      subjectOf: flagSubject,
    }),
  ];
}

interface ListQuery {
  readonly limit?: number;
  readonly cursor?: string;
  readonly filter?: string;
  readonly kind?: string;
  readonly service?: string;
}

interface ListOf<T> {
  readonly path: string;
  readonly summary: string;
  /** The name of the items' schema. */
  readonly item: string;
  readonly query?: TProperties;
  readonly items: (query: ListQuery) => readonly T[];
  readonly subjectOf: (item: T) => FilterSubject;
}

/** A list that is at hand as a whole: filtered, then cut into pages. */
function listRoute<T>(list: ListOf<T>): Route {
  return route({
    method: 'GET',
    action: 'read',
    path: `/api/v1/${list.path}`,
    summary: list.summary,
    query: { ...paging, ...list.query },
    answer: listSchema(list.item),
    handle: ({ query }: { query: ListQuery }) => {
      const keeps = filterFor(query.filter, list.subjectOf);
      return keeps.ok ? pageOf(list.items(query).filter(keeps.value), query) : keeps;
    },
  });
}

function matching(view: FleetView, { kind, service }: ListQuery): FleetView['resources'] {
  return view.resources.filter(
    (one) => (kind === undefined || one.kind === kind) && (service === undefined || one.service === service),
  );
}

function resourceRoutes(options: ReadRoutesOptions): Route[] {
  const { service, name } = place;
  const sources: SeriesSources = options;
  return [
    route({
      method: 'GET',
      action: 'read',
      path: '/api/v1/resources/{service}/{kind}/{name}',
      summary: 'One resource, with every call that was ever counted for it',
      params: place,
      answer: Type.Ref('ResourceAnswer'),
      handle: ({ params }) => resourceAnswer(options, `${params.service}/${params.kind}/${params.name}`),
    }),
    route({
      method: 'GET',
      action: 'read',
      path: '/api/v1/resources/{service}/{name}',
      summary: 'One circuit breaker, by its short address',
      params: { service, name },
      answer: Type.Ref('ResourceAnswer'),
      handle: ({ params }) => resourceAnswer(options, `${params.service}/circuit_breaker/${params.name}`),
    }),
    route({
      method: 'GET',
      action: 'read',
      path: '/api/v1/resources/{service}/{kind}/{name}/series',
      summary: 'Outcomes and latency percentiles over a range; the last 15 minutes where none is given',
      params: place,
      query: {
        since: Type.Optional(Type.Number(instant)),
        until: Type.Optional(Type.Number(instant)),
        points: Type.Optional(Type.Integer({ minimum: 2, maximum: 2_000 })),
      },
      answer: Type.Ref('SeriesAnswer'),
      handle: ({ params, query }) => {
        const address = `${params.service}/${params.kind}/${params.name}`;
        const { state, clock } = options;
        const isKnown = state.history.knows(address) || resourceViewOf(state.fleet, address, clock.now());
        return isKnown
          ? seriesOf(sources, { address, ...query })
          : unknownResource(state.fleet, address, clock.now());
      },
    }),
  ];
}

function resourceAnswer({ state, clock }: ReadRoutesOptions, address: string): Outcome<ResourceAnswer> {
  const now = clock.now();
  const isKnown = state.history.knows(address);
  const view =
    resourceViewOf(state.fleet, address, now) ?? (isKnown ? endedResourceView(address) : undefined);
  if (view === undefined) return unknownResource(state.fleet, address, now);
  const counts = state.history.totalsOf(address);
  const totals = Object.fromEntries(countColumns.map((column, index) => [column, counts[index] ?? 0]));
  return done({ ...view, totals });
}

function historyRoutes({ state, store }: ReadRoutesOptions): Route[] {
  const query = { ...paging, since: Type.Optional(Type.Number(instant)) };
  return [
    route({
      method: 'GET',
      action: 'read',
      path: '/api/v1/events',
      summary: 'What happened, newest first',
      query,
      answer: listSchema('FleetEvent'),
      handle: ({ query: { limit = 100, filter, ...rest } }) => {
        const keeps = filterFor(filter, (event: FleetEvent) => eventSubject(event, describeEvent(event)));
        if (!keeps.ok) return keeps;
        return historyPage({
          limit,
          ...rest,
          keeps: keeps.value,
          unsaved: state.history.unsavedEvents(),
          stored: (page) => store.events(page),
          placeOf: (event) => ({ at: event.at, number: eventNumber(event.id) }),
        });
      },
    }),
    route({
      method: 'GET',
      action: 'read',
      path: '/api/v1/audit',
      summary: 'Who changed what, from what to what, and why, newest first',
      query,
      answer: listSchema('AuditEntry'),
      handle: ({ query: { limit = 100, filter, ...rest } }) => {
        const keeps = filterFor(filter, auditSubject);
        if (!keeps.ok) return keeps;
        return historyPage({
          limit,
          ...rest,
          keeps: keeps.value,
          unsaved: state.history.unsavedAudit(),
          stored: (page) => store.audit(page),
          placeOf: (entry) => ({ at: entry.at, number: entry.id }),
        });
      },
    }),
  ];
}

function flagRoutes(views: Views): Route[] {
  return [
    route({
      method: 'GET',
      action: 'read',
      path: '/api/v1/flags/{key}',
      summary: 'One flag, with the value in each instance',
      params: { key: place.name },
      answer: Type.Ref('FlagView'),
      handle: ({ params: { key } }) => {
        const { flags } = views.current();
        const flag = flags.find((one) => one.key === key);
        if (flag !== undefined) return done(flag);
        const nearest = nearestFew(
          key,
          flags.map((one) => one.key),
        );
        return refused('unknown', `no instance has defined a flag ${show(key)}`, { nearest });
      },
    }),
  ];
}
