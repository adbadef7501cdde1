import {
  agentSubject,
  type Clock,
  countColumns,
  errorSubject,
  type FilterSubject,
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
  type StatusView,
  topologyOf,
  worstFirst,
} from '@holdfast/shared';
import { type TProperties, Type } from 'typebox';
import { unknownResource } from '../control/find-breaker.ts';
import type { FoldedState } from '../fold/folded-state.ts';
import { done, type Outcome, refused } from '../refusal.ts';
import { type Route, route } from '../server/route.ts';
import type { EventStore } from '../store/event-store.ts';
import { filterFor } from './filtering.ts';
import { historyRoutes } from './history-routes.ts';
import { instant, listSchema, paging } from './list-schemas.ts';
import { atQuery } from './moments.ts';
import { pageOf } from './pages.ts';
import { type SeriesSources, seriesOf } from './series.ts';
import { Views } from './views.ts';

export interface ReadRoutesOptions {
  readonly state: FoldedState;
  readonly store: EventStore;
  readonly clock: Clock;
  readonly secondsRetentionMs: number;
  readonly retentionMs: number;
}

const place = {
  service: Type.String({ maxLength: 128 }),
  kind: Type.Enum([...resourceKinds]),
  name: Type.String({ maxLength: 128 }),
};

/** What can be read: the present and the past of the fleet. */
export function readRoutes(options: ReadRoutesOptions): readonly Route[] {
  const views = new Views(options);
  return [
    ...listRoutes(views, options.store),
    ...resourceRoutes(options, views),
    ...historyRoutes(options),
    ...flagRoutes(views),
  ];
}

function listRoutes(views: Views, store: EventStore): Route[] {
  return [
    statusRoute(views, store),
    topologyRoute(views),
    listRoute(views, {
      path: 'services',
      summary: 'Services with how their parts stand',
      item: 'ServiceView',
      items: (view) => servicesOf(view),
      subjectOf: (service) => ({ words: { svc: [service.service], state: [service.health] } }),
    }),
    listRoute(views, {
      path: 'resources',
      summary: 'Breakers, retries, bulkheads, checks … of all services, worst first',
      item: 'ResourceView',
      query: { kind: Type.Optional(place.kind), service: Type.Optional(place.service) },
      items: (view, query) => worstFirst(matching(view, query)),
      subjectOf: resourceSubject,
    }),
    listRoute(views, {
      path: 'health',
      summary: 'Health checks, worst first',
      item: 'ResourceView',
      items: (view) => worstFirst(view.resources.filter((one) => one.health !== undefined)),
      subjectOf: resourceSubject,
    }),
    listRoute(views, {
      path: 'errors',
      summary: 'Error classes of resources, busiest first',
      item: 'ErrorView',
      items: (view) => view.errors,
      subjectOf: errorSubject,
    }),
    listRoute(views, {
      path: 'agents',
      summary: 'Running instances and their connections',
      item: 'AgentView',
      items: (view) => view.agents,
      subjectOf: agentSubject,
    }),
    listRoute(views, {
      path: 'flags',
      summary: 'Flags with their values and why',
      item: 'FlagView',
      items: (view) => view.flags,
      subjectOf: flagSubject,
    }),
  ];
}

function statusRoute(views: Views, store: EventStore): Route {
  return route({
    method: 'GET',
    action: 'read',
    path: '/api/v1/status',
    summary: 'One sentence: what is wrong, since when, why, what is degraded',
    query: atQuery,
    answer: Type.Ref('StatusView'),
    handle: async ({ query: { at } }) => {
      const view = await views.at(at);
      if (!view.ok) return view;
      const status = { ...statusOf(view.value, view.value.at), ...momentIn(at, view.value) };
      return done(at === undefined ? withProblem(status, store.problem) : status);
    },
  });
}

function topologyRoute(views: Views): Route {
  return route({
    method: 'GET',
    action: 'read',
    path: '/api/v1/topology',
    summary: 'Who calls whom, and what guards each way',
    query: atQuery,
    answer: Type.Ref('TopologyView'),
    handle: async ({ query: { at } }) => {
      const view = await views.at(at);
      return view.ok ? done({ ...topologyOf(view.value), ...momentIn(at, view.value) }) : view;
    },
  });
}

interface ListQuery {
  readonly limit?: number;
  readonly cursor?: string;
  readonly filter?: string;
  readonly at?: string;
  readonly kind?: string;
  readonly service?: string;
}

interface ListOf<T> {
  readonly path: string;
  readonly summary: string;
  /** The name of the items' schema. */
  readonly item: string;
  readonly query?: TProperties;
  readonly items: (view: FleetView, query: ListQuery) => readonly T[];
  readonly subjectOf: (item: T, view: FleetView) => FilterSubject;
}

/** A list that is at hand as a whole: filtered, then cut into pages. */
function listRoute<T>(views: Views, list: ListOf<T>): Route {
  return route({
    method: 'GET',
    action: 'read',
    path: `/api/v1/${list.path}`,
    summary: list.summary,
    query: { ...paging, ...atQuery, ...list.query },
    answer: listSchema(list.item),
    handle: async ({ query }: { query: ListQuery }) => {
      const view = await views.at(query.at);
      if (!view.ok) return view;
      const keeps = filterFor(query.filter, (item: T) => list.subjectOf(item, view.value));
      if (!keeps.ok) return keeps;
      const page = pageOf(list.items(view.value, query).filter(keeps.value), query);
      return page.ok ? done({ ...page.value, ...momentIn(query.at, view.value) }) : page;
    },
  });
}

/** What stops the collector itself goes before all that it tells of others. */
function withProblem(status: StatusView, problem: string | undefined): StatusView {
  return problem === undefined ? status : { ...status, problem, sentence: `${problem} · ${status.sentence}` };
}

/** Which moment an answer is of, where one was asked for. */
function momentIn(asked: string | undefined, { at }: { readonly at: number }): { readonly at?: number } {
  return asked === undefined ? {} : { at };
}

function matching(view: FleetView, { kind, service }: ListQuery): FleetView['resources'] {
  return view.resources.filter(
    (one) => (kind === undefined || one.kind === kind) && (service === undefined || one.service === service),
  );
}

function resourceRoutes(options: ReadRoutesOptions, views: Views): Route[] {
  const { service, name } = place;
  const sources: SeriesSources = options;
  return [
    route({
      method: 'GET',
      action: 'read',
      path: '/api/v1/resources/{service}/{kind}/{name}',
      summary: 'One resource, with every call that was ever counted for it',
      params: place,
      query: atQuery,
      answer: Type.Ref('ResourceAnswer'),
      handle: ({ params, query }) =>
        resourceAnswer(views, `${params.service}/${params.kind}/${params.name}`, query.at),
    }),
    route({
      method: 'GET',
      action: 'read',
      path: '/api/v1/resources/{service}/{name}',
      summary: 'One circuit breaker, by its short address',
      params: { service, name },
      query: atQuery,
      answer: Type.Ref('ResourceAnswer'),
      handle: ({ params, query }) =>
        resourceAnswer(views, `${params.service}/circuit_breaker/${params.name}`, query.at),
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

async function resourceAnswer(
  views: Views,
  address: string,
  asked: string | undefined,
): Promise<Outcome<ResourceAnswer>> {
  const answer = await views.read(asked, ({ fleet, history }, at): Outcome<ResourceAnswer> => {
    const isKnown = history.knows(address);
    const view = resourceViewOf(fleet, address, at) ?? (isKnown ? endedResourceView(address) : undefined);
    if (view === undefined) return unknownResource(fleet, address, at);
    const counts = history.totalsOf(address);
    const totals = Object.fromEntries(countColumns.map((column, index) => [column, counts[index] ?? 0]));
    return done({ ...view, totals, ...momentIn(asked, { at }) });
  });
  return answer.ok ? answer.value : answer;
}

function flagRoutes(views: Views): Route[] {
  return [
    route({
      method: 'GET',
      action: 'read',
      path: '/api/v1/flags/{key}',
      summary: 'One flag, with the value in each instance',
      params: { key: place.name },
      query: atQuery,
      answer: Type.Ref('FlagView'),
      handle: async ({ params: { key }, query: { at } }) => {
        const view = await views.at(at);
        if (!view.ok) return view;
        const { flags } = view.value;
        const flag = flags.find((one) => one.key === key);
        if (flag !== undefined) return done({ ...flag, ...momentIn(at, view.value) });
        const nearest = nearestFew(
          key,
          flags.map((one) => one.key),
        );
        return refused('unknown', `no instance has defined a flag ${show(key)}`, { nearest });
      },
    }),
  ];
}
