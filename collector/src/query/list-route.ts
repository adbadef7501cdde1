import {
  type FilterContext,
  filterContextOf,
  type FilteredList,
  type FilterSubject,
  type FleetView,
} from '@holdfast/shared';
import type { TProperties } from 'typebox';
import { done } from '../refusal.ts';
import { type Route, route } from '../server/route.ts';
import { filterFor } from './filtering.ts';
import { listSchema, paging } from './list-schemas.ts';
import { atQuery, momentIn, type Period, periodOf } from './moments.ts';
import { pageOf } from './pages.ts';
import { tagged, versionIn } from './tagged.ts';
import type { Views } from './views.ts';

export interface ListQuery {
  readonly limit?: number;
  readonly cursor?: string;
  readonly filter?: string;
  readonly at?: string;
  readonly kind?: string;
  readonly service?: string;
  readonly since?: string;
  readonly until?: string;
}

export interface ListOf<T> {
  readonly path: string;
  readonly summary: string;
  /** The name of the items' schema. */
  readonly item: string;
  readonly query?: TProperties;
  readonly items: (view: FleetView, query: ListQuery) => readonly T[];
  /** Whose fields a filter has. */
  readonly filtered: FilteredList;
  readonly subjectOf: (item: T, context: FilterContext) => FilterSubject;
  /** Whether an item is of a span of time, which is then in `query`; absent where a list takes none. */
  readonly isWithin?: (item: T, period: Required<Period>) => boolean;
  /** Whether it tells the version of desired state. */
  readonly isTagged?: boolean;
}

/** A list that is at hand as a whole: filtered, then cut into pages. */
export function listRoute<T>(views: Views, list: ListOf<T>): Route {
  return route({
    method: 'GET',
    action: 'read',
    path: `/api/v1/${list.path}`,
    summary: list.summary,
    query: { ...paging, ...atQuery, ...list.query },
    answer: listSchema(list.item),
    isTagged: list.isTagged === true,
    handle: async (request) => {
      const query: ListQuery = request.query;
      const version = list.isTagged === true ? versionIn(query.at, views.desired) : {};
      const view = await views.at(query.at);
      if (!view.ok) return view;
      const context = filterContextOf(view.value);
      const subjectOf = (item: T): FilterSubject => list.subjectOf(item, context);
      const keeps = filterFor(query.filter, { list: list.filtered, subjectOf });
      if (!keeps.ok) return keeps;
      const period = periodOf(query);
      if (!period.ok) return period;
      const { since = 0, until = Number.POSITIVE_INFINITY } = period.value;
      const shows = (item: T): boolean =>
        (list.isWithin?.(item, { since, until }) ?? true) && keeps.value(item);
      const page = pageOf(list.items(view.value, query).filter(shows), query);
      if (!page.ok) return page;
      return tagged(
        request.setHeader,
        done({ ...page.value, ...version, ...momentIn(query.at, view.value) }),
      );
    },
  });
}
