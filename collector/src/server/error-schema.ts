import { errorClasses } from '@holdfast/shared';
import { type TProperties, Type } from 'typebox';

/** Those of `ErrorView`. */
export function errorFields(): TProperties {
  const count = Type.Integer({ minimum: 0 });
  const instant = Type.Number({ description: 'epoch milliseconds' });
  return {
    class: Type.Enum([...errorClasses]),
    fingerprint: Type.String(),
    address: Type.String(),
    services: Type.Array(Type.String()),
    places: Type.Array(Type.Object({ address: Type.String(), total: count })),
    elsewhereTotal: Type.Optional(count),
    total: count,
    lastMinute: count,
    lastHour: count,
    firstAt: instant,
    lastAt: instant,
    sample: Type.Optional(Type.Ref('ErrorSummary')),
  };
}
