import {
  auditSubject,
  type Clock,
  describeEvent,
  eventSubject,
  type FleetEvent,
  type ListAnswer,
  show,
} from '@holdfast/shared';
import { Type } from 'typebox';
import type { FoldedState } from '../fold/folded-state.ts';
import { done, type Outcome, refused } from '../refusal.ts';
import { type Route, route } from '../server/route.ts';
import { type EventStore, eventNumber, type PageQuery, type Place } from '../store/event-store.ts';
import { type Filtered, filterFor } from './filtering.ts';
import { listSchema, paging } from './list-schemas.ts';
import { atQuery, momentOf, periodOf, periodQuery } from './moments.ts';
import { historyPage } from './pages.ts';

export interface HistoryRoutesOptions {
  readonly state: FoldedState;
  readonly store: EventStore;
  readonly clock: Clock;
}

/** What happened, and who changed what. */
export function historyRoutes({ state, store, clock }: HistoryRoutesOptions): readonly Route[] {
  return [
    oneRoute({
      path: 'events/{event}',
      summary: 'One event',
      item: 'FleetEvent',
      find: async (id) =>
        state.history.unsavedEvents().find((event) => event.id === id) ??
        (/^\d{1,12}\.\d{1,4}$/.test(id) ? await store.event(eventNumber(id)) : undefined),
    }),
    oneRoute({
      path: 'audit/{entry}',
      summary: 'One act',
      item: 'AuditEntry',
      find: async (id) => (/^\d{1,12}$/.test(id) ? store.auditEntry(Number(id)) : undefined),
    }),
    historyRoute(clock, {
      path: 'events',
      summary: 'What happened, newest first',
      item: 'FleetEvent',
      list: 'events',
      subjectOf: (event: FleetEvent) => eventSubject(event, describeEvent(event)),
      unsaved: () => state.history.unsavedEvents(),
      stored: (page) => store.events(page),
      placeOf: (event) => ({ at: event.at, number: eventNumber(event.id) }),
    }),
    historyRoute(clock, {
      path: 'audit',
      summary: 'Who changed what, from what to what, and why, newest first',
      item: 'AuditEntry',
      list: 'audit',
      subjectOf: auditSubject,
      unsaved: () => [], // it is written with the log
      stored: (page) => store.audit(page),
      placeOf: (entry) => ({ at: entry.at, number: entry.id }),
    }),
  ];
}

interface OneOf<T> {
  /** With its id as the last part. */
  readonly path: string;
  readonly summary: string;
  /** The name of its schema. */
  readonly item: string;
  readonly find: (id: string) => Promise<T | undefined>;
}

function oneRoute<T>({ path, summary, item, find }: OneOf<T>): Route {
  const parameter = /\{(\w+)\}$/.exec(path)?.[1] ?? 'id';
  return route({
    method: 'GET',
    action: 'read',
    path: `/api/v1/${path}`,
    summary,
    params: { [parameter]: Type.String({ maxLength: 32 }) },
    answer: Type.Ref(item),
    handle: async ({ params: { [parameter]: id = '' } }) => {
      const found = await find(id);
      return found === undefined
        ? refused('unknown', `no ${parameter} that is kept has the id ${show(id)}`)
        : done(found);
    },
  });
}

interface HistoryOf<T> extends Filtered<T> {
  readonly path: string;
  readonly summary: string;
  /** The name of the items' schema. */
  readonly item: string;
  readonly unsaved: () => readonly T[];
  readonly stored: (query: PageQuery) => Promise<readonly T[]>;
  readonly placeOf: (item: T) => Place;
}

const query = {
  ...paging,
  ...atQuery,
  ...periodQuery,
};

interface HistoryQuery {
  readonly limit?: number;
  readonly cursor?: string;
  readonly filter?: string;
  readonly at?: string;
  readonly since?: string;
  readonly until?: string;
}

function historyRoute<T>(clock: Clock, list: HistoryOf<T>): Route {
  return route({
    method: 'GET',
    action: 'read',
    path: `/api/v1/${list.path}`,
    summary: list.summary,
    query,
    answer: listSchema(list.item),
    async handle({ query: asked }: { query: HistoryQuery }): Promise<Outcome<ListAnswer<T>>> {
      const { limit = 100, filter, at, cursor } = asked;
      const moment = at === undefined ? done(undefined) : momentOf(at, clock);
      if (!moment.ok) return moment;
      const period = periodOf(asked);
      if (!period.ok) return period;
      const keeps = filterFor(filter, list);
      if (!keeps.ok) return keeps;
      const { since = 0, until } = period.value;
      const end = Math.min(until ?? Number.MAX_SAFE_INTEGER, moment.value ?? Number.MAX_SAFE_INTEGER);
      const { stored, placeOf } = list;
      const unsaved = list.unsaved();
      const page = { limit, since, until: end, keeps: keeps.value, unsaved, stored, placeOf };
      const answer = await historyPage({ ...page, ...(cursor === undefined ? {} : { cursor }) });
      if (!answer.ok || moment.value === undefined) return answer;
      return done({ ...answer.value, at: moment.value });
    },
  });
}
