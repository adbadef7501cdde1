import { wireLimits } from '@holdfast/shared';
import { type TSchema, Type } from 'typebox';
import type { Route } from '../server/route.ts';
import type { IngestRequests } from './ingest-requests.ts';

/** A whole window of batches, and a frame's worth for hello and dictionary. */
const lineBytes = (wireLimits.windowBatches + 1) * wireLimits.batchBytes;

/** The way in for agents that hold no connection, and for programs in other languages. */
export function ingestRoute(requests: IngestRequests): Route {
  return {
    method: 'POST',
    path: '/api/v1/ingest',
    summary: 'Takes the frames of an agent, a line each, the hello first; answers once they are stored',
    action: 'ingest',
    params: Type.Object({}),
    query: Type.Object({}),
    lineBytes,
    answer: answerSchema(),
    handle: ({ lines = [], principal }) => requests.take(lines, principal),
  };
}

function answerSchema(): TSchema {
  const count = Type.Integer({ minimum: 0 });
  return Type.Object({
    stored: count,
    dictionarySize: count,
    limits: Type.Object({ batchBytes: count, windowBatches: count }),
    now: Type.Number({ description: 'epoch milliseconds' }),
    throttles: Type.Optional(Type.Object({ sample: Type.Optional(count), rollup: Type.Optional(count) })),
    desired: Type.Optional(
      Type.Object({
        version: count,
        flags: Type.Array(Type.Ref('FlagOverride')),
        breakers: Type.Array(Type.Ref('BreakerOverride')),
      }),
    ),
    problems: Type.Array(Type.Object({ seq: Type.Optional(count), problem: Type.String() })),
  });
}
