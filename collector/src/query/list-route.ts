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
import { atQuery, momentIn } from './moments.ts';
import { pageOf } from './pages.ts';
import type { Views } from './views.ts';

export interface ListQuery {
  readonly limit?: number;
  readonly cursor?: string;
  readonly filter?: string;
  readonly at?: string;
  readonly kind?: string;
  readonly service?: string;
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
    handle: async ({ query }: { query: ListQuery }) => {
      const view = await views.at(query.at);
      if (!view.ok) return view;
      const context = filterContextOf(view.value);
      const subjectOf = (item: T): FilterSubject => list.subjectOf(item, context);
      const keeps = filterFor(query.filter, { list: list.filtered, subjectOf });
      if (!keeps.ok) return keeps;
      const page = pageOf(list.items(view.value, query).filter(keeps.value), query);
      return page.ok ? done({ ...page.value, ...momentIn(query.at, view.value) }) : page;
    },
  });
}
