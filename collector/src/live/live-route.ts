import { Type } from 'typebox';
import { done } from '../refusal.ts';
import { type Route, route } from '../server/route.ts';
import type { LiveStanding } from './live-endpoint.ts';

const count = { minimum: 0 };

/** How many read the live feed, and whether they keep up. */
export function liveRoute(standing: () => LiveStanding): Route {
  return route({
    method: 'GET',
    path: '/api/v1/live/readers',
    action: 'read',
    summary: 'How many read the live feed, what waits for them, and what slow ones were not sent',
    answer: Type.Object({
      readers: Type.Integer(count),
      questions: Type.Integer(count),
      behind: Type.Integer(count),
      queuedBytes: Type.Integer(count),
      mostQueuedBytes: Type.Integer(count),
      skipped: Type.Integer(count),
      snapshots: Type.Integer(count),
      replays: Type.Integer(count),
    }),
    handle: () => done(standing()),
  });
}
