import { errorClasses } from '@holdfast/shared';
import { type TSchema, Type } from 'typebox';

/** That of `SeriesAnswer`. */
export function seriesSchema(): TSchema {
  const column = Type.Array(Type.Number());
  const gappedColumn = Type.Array(Type.Union([Type.Number(), Type.Null()]));
  const segment = Type.Object({
    state: Type.String({ description: 'a state, or `summarised`' }),
    from: Type.Number(),
    until: Type.Number(),
    changeCount: Type.Optional(
      Type.Integer({ description: 'how often the state changed in between; only of what is summarised' }),
    ),
  });
  return Type.Object({
    address: Type.String(),
    stepSeconds: Type.Integer({ minimum: 1 }),
    at: column,
    success: column,
    failure: column,
    timeout: column,
    rejected: column,
    ignored: column,
    cancelled: column,
    slow: column,
    late: column,
    retries: column,
    errors: Type.Object(Object.fromEntries(errorClasses.map((name) => [name, Type.Optional(column)]))),
    p50Ms: gappedColumn,
    p95Ms: gappedColumn,
    p99Ms: gappedColumn,
    lanes: Type.Array(Type.Object({ instance: Type.String(), segments: Type.Array(segment) })),
    lanesSince: Type.Optional(Type.Number({ description: 'epoch milliseconds' })),
  });
}
