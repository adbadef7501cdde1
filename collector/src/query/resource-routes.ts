import {
  countColumns,
  endedResourceView,
  type ResourceAnswer,
  resourceKinds,
  resourceViewOf,
} from '@holdfast/shared';
import { Type } from 'typebox';
import { unknownResource } from '../control/find-breaker.ts';
import { done, type Outcome, refused } from '../refusal.ts';
import { type RawRequest, type Route, route } from '../server/route.ts';
import { tagged, versionIn } from './tagged.ts';
import { atQuery, momentIn, periodOf, periodQuery } from './moments.ts';
import { maxPoints, type SeriesSources, seriesOf } from './series.ts';
import type { Views } from './views.ts';

const place = {
  service: Type.String({ maxLength: 128 }),
  kind: Type.Enum([...resourceKinds]),
  name: Type.String({ maxLength: 128 }),
};

/** One resource: how it is, and how it was over time. */
export function resourceRoutes(sources: SeriesSources, views: Views): Route[] {
  const { service, name } = place;
  return [
    route({
      method: 'GET',
      action: 'read',
      path: '/api/v1/resources/{service}/{kind}/{name}',
      summary: 'One resource, with every call that was ever counted for it',
      params: place,
      query: atQuery,
      answer: Type.Ref('ResourceAnswer'),
      isTagged: true,
      handle: ({ params, ...asked }) =>
        resourceAnswer(views, `${params.service}/${params.kind}/${params.name}`, asked),
    }),
    route({
      method: 'GET',
      action: 'read',
      path: '/api/v1/resources/{service}/{name}',
      summary: 'One circuit breaker, by its short address',
      params: { service, name },
      query: atQuery,
      answer: Type.Ref('ResourceAnswer'),
      isTagged: true,
      handle: ({ params, ...asked }) =>
        resourceAnswer(views, `${params.service}/circuit_breaker/${params.name}`, asked),
    }),
    route({
      method: 'GET',
      action: 'read',
      path: '/api/v1/resources/{service}/{kind}/{name}/series',
      summary: 'Outcomes, errors, percentiles and states over a range; else over the last 15 minutes',
      params: place,
      query: {
        ...periodQuery,
        points: Type.Optional(Type.Integer({ minimum: 2, maximum: maxPoints })),
        step: Type.Optional(
          Type.Integer({ minimum: 1, maximum: 86_400, description: 'seconds; or `points`, not both' }),
        ),
      },
      answer: Type.Ref('SeriesAnswer'),
      handle: ({ params, query }) => {
        const address = `${params.service}/${params.kind}/${params.name}`;
        const { since, until, ...steps } = query;
        if (steps.points !== undefined && steps.step !== undefined)
          return refused('bad_input', '`step` and `points` exclude each other', { field: 'step' });
        const period = periodOf({ since, until });
        if (!period.ok) return period;
        const { state, clock } = sources;
        const isKnown = state.history.knows(address) || resourceViewOf(state.fleet, address, clock.now());
        return isKnown
          ? seriesOf(sources, { address, ...steps, ...period.value })
          : unknownResource(state.fleet, address, clock.now());
      },
    }),
  ];
}

interface Asked extends Pick<RawRequest, 'setHeader'> {
  readonly query: { readonly at?: string };
}

async function resourceAnswer(
  views: Views,
  address: string,
  { query: { at: asked }, setHeader }: Asked,
): Promise<Outcome<ResourceAnswer>> {
  const answer = await views.read(asked, ({ fleet, history }, at): Outcome<ResourceAnswer> => {
    const isKnown = history.knows(address);
    const view = resourceViewOf(fleet, address, at) ?? (isKnown ? endedResourceView(address) : undefined);
    if (view === undefined) return unknownResource(fleet, address, at);
    const counts = history.totalsOf(address);
    const totals = Object.fromEntries(countColumns.map((column, index) => [column, counts[index] ?? 0]));
    return done({ ...view, totals, ...versionIn(asked, fleet.desired), ...momentIn(asked, { at }) });
  });
  return answer.ok ? tagged(setHeader, answer.value) : answer;
}
