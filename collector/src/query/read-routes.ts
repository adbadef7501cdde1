import {
  agentSubject,
  type Clock,
  edgeSubject,
  type EdgeView,
  errorSubject,
  filterContextOf,
  type FilterSubject,
  flagSubject,
  type FleetView,
  resourceKinds,
  resourceSubject,
  serviceSubject,
  servicesOf,
  show,
  nearestFew,
  statusOf,
  type StatusView,
  topologyOf,
  topologyOfSome,
  worstFirst,
} from '@holdfast/shared';
import { Type } from 'typebox';
import type { FoldedState } from '../fold/folded-state.ts';
import { done, refused } from '../refusal.ts';
import { type Route, route } from '../server/route.ts';
import type { EventStore } from '../store/event-store.ts';
import { errorRoute } from './error-route.ts';
import { filterFor, filterQuery } from './filtering.ts';
import { historyRoutes } from './history-routes.ts';
import { type ListQuery, listRoute } from './list-route.ts';
import { atQuery, momentIn, periodQuery } from './moments.ts';
import { resourceRoutes } from './resource-routes.ts';
import { tagged, versionIn } from './tagged.ts';
import { Views } from './views.ts';

export interface ReadRoutesOptions {
  readonly state: FoldedState;
  readonly store: EventStore;
  readonly clock: Clock;
  readonly secondsRetentionMs: number;
  readonly retentionMs: number;
}

const name = Type.String({ maxLength: 128 });

/** What can be read: the present and the past of the fleet. */
export function readRoutes(options: ReadRoutesOptions): readonly Route[] {
  const views = new Views(options);
  return [
    ...listRoutes(views, options.store),
    ...resourceRoutes(options, views),
    ...historyRoutes(options),
    errorRoute(views),
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
      filtered: 'services',
      subjectOf: serviceSubject,
    }),
    listRoute(views, {
      path: 'resources',
      summary: 'Breakers, retries, bulkheads, checks … of all services, worst first',
      item: 'ResourceView',
      query: { kind: Type.Optional(Type.Enum([...resourceKinds])), service: Type.Optional(name) },
      items: (view, query) => worstFirst(matching(view, query)),
      filtered: 'resources',
      subjectOf: resourceSubject,
    }),
    listRoute(views, {
      path: 'health',
      summary: 'Health checks, worst first',
      item: 'ResourceView',
      items: (view) => worstFirst(view.resources.filter((one) => one.health !== undefined)),
      filtered: 'resources',
      subjectOf: resourceSubject,
    }),
    listRoute(views, {
      path: 'errors',
      summary: 'Errors that are the same to a person as one, busiest first',
      item: 'ErrorView',
      query: periodQuery,
      items: (view) => view.errors,
      filtered: 'errors',
      subjectOf: errorSubject,
      isWithin: ({ firstAt, lastAt }, { since, until }) => firstAt <= until && lastAt >= since,
    }),
    listRoute(views, {
      path: 'agents',
      summary: 'Running instances and their connections',
      item: 'AgentView',
      items: (view) => view.agents,
      filtered: 'agents',
      subjectOf: agentSubject,
    }),
    listRoute(views, {
      path: 'flags',
      summary: 'Flags with their values and why',
      item: 'FlagView',
      items: (view) => view.flags,
      filtered: 'flags',
      subjectOf: flagSubject,
      isTagged: true,
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
    query: { ...atQuery, ...filterQuery },
    answer: Type.Ref('TopologyView'),
    handle: async ({ query: { at, filter } }) => {
      const view = await views.at(at);
      if (!view.ok) return view;
      const context = filterContextOf(view.value);
      const subjectOf = (edge: EdgeView): FilterSubject => edgeSubject(edge, context);
      const keeps = filterFor(filter, { list: 'topology', subjectOf });
      if (!keeps.ok) return keeps;
      const whole = topologyOf(view.value);
      const shown = filter === undefined ? whole : topologyOfSome(whole, keeps.value);
      return done({ ...shown, ...momentIn(at, view.value) });
    },
  });
}

/** What stops the collector itself goes before all that it tells of others. */
function withProblem(status: StatusView, problem: string | undefined): StatusView {
  return problem === undefined ? status : { ...status, problem, sentence: `${problem} · ${status.sentence}` };
}

function matching(view: FleetView, { kind, service }: ListQuery): FleetView['resources'] {
  return view.resources.filter(
    (one) => (kind === undefined || one.kind === kind) && (service === undefined || one.service === service),
  );
}

function flagRoutes(views: Views): Route[] {
  return [
    route({
      method: 'GET',
      action: 'read',
      path: '/api/v1/flags/{key}',
      summary: 'One flag, with the value in each instance',
      params: { key: name },
      query: atQuery,
      answer: Type.Ref('FlagView'),
      isTagged: true,
      handle: async ({ params: { key }, query: { at }, setHeader }) => {
        const version = versionIn(at, views.desired);
        const view = await views.at(at);
        if (!view.ok) return view;
        const { flags } = view.value;
        const flag = flags.find((one) => one.key === key);
        if (flag !== undefined)
          return tagged(setHeader, done({ ...flag, ...version, ...momentIn(at, view.value) }));
        const nearest = nearestFew(
          key,
          flags.map((one) => one.key),
        );
        return refused('unknown', `no instance has defined a flag ${show(key)}`, { nearest });
      },
    }),
  ];
}
