import { breakerStates, resourceKinds } from '@holdfast/shared';
import { type TSchema, Type } from 'typebox';

/** That of `TopologyView`. */
export function topologySchema(): TSchema {
  const state = Type.Optional(Type.Enum([...breakerStates]));
  const policy = Type.Object({
    address: Type.String(),
    kind: Type.Enum([...resourceKinds]),
    name: Type.String(),
    pipeline: Type.Optional(Type.String()),
    state,
    callsPerSecond: Type.Number({ minimum: 0 }),
  });
  const edge = Type.Object({
    service: Type.String(),
    dependency: Type.String(),
    state,
    policies: Type.Array(policy),
  });
  return Type.Object({
    services: Type.Array(Type.String()),
    dependencies: Type.Array(Type.Object({ name: Type.String(), service: Type.Optional(Type.String()) })),
    edges: Type.Array(edge),
    at: Type.Optional(Type.Number({ description: 'epoch milliseconds' })),
  });
}
