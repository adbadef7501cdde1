import { type TSchema, Type } from 'typebox';

/** That of `SeriesAnswer`. */
export function seriesSchema(): TSchema {
  const column = Type.Array(Type.Number());
  const gappedColumn = Type.Array(Type.Union([Type.Number(), Type.Null()]));
  return Type.Object({
    address: Type.String(),
    stepSeconds: Type.Integer({ minimum: 1 }),
    at: column,
    success: column,
    failure: column,
    timeout: column,
    rejected: column,
    slow: column,
    retries: column,
    p50Ms: gappedColumn,
    p95Ms: gappedColumn,
    p99Ms: gappedColumn,
  });
}
