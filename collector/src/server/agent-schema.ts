import { type TSchema, Type } from 'typebox';

/** That of `AgentView`. */
export function agentSchema(): TSchema {
  const count = Type.Integer({ minimum: 0 });
  const instant = Type.Number({ description: 'epoch milliseconds' });
  return Type.Object({
    service: Type.String(),
    instance: Type.String(),
    epoch: Type.String(),
    version: Type.Optional(Type.String()),
    environment: Type.Optional(Type.String()),
    tags: Type.Record(Type.String(), Type.String()),
    agentVersion: Type.String(),
    connected: Type.Boolean(),
    awaited: Type.Optional(Type.Boolean()),
    connectionSinceAt: instant,
    startedAt: instant,
    lastSeenAt: instant,
    clockOffsetMs: Type.Number(),
    droppedCount: count,
    dropped: Type.Record(Type.String(), count),
    lagMs: count,
    appliedVersion: count,
    desiredVersion: count,
    problems: Type.Optional(Type.Array(Type.Object({ target: Type.String(), problem: Type.String() }))),
    uncleanEndCount: count,
    lastUncleanEndAt: Type.Optional(instant),
  });
}
