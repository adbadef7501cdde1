import { formatDuration, overrideLimits, read, readFlagValue, resourceKinds } from '@holdfast/shared';
import { Type } from 'typebox';
import { done, type Outcome, refused } from '../refusal.ts';
import { type Route, route } from '../server/route.ts';
import type { Control } from './control.ts';

/**
 * Anything but control characters and those that turn the direction of writing: a terminal shows it one day.
 */
const printable = '^[^\\u0000-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069]*$';
const act = {
  by: Type.String({ minLength: 1, maxLength: 128, pattern: printable }),
  via: Type.Enum(['web', 'tui', 'cli', 'api']),
  reason: Type.Optional(Type.String({ maxLength: overrideLimits.reasonLength, pattern: printable })),
};
const forMs = Type.Optional(
  Type.Number({
    description: `How long it holds; ${formatDuration(overrideLimits.defaultForMs)} where absent`,
  }),
);
const instance = Type.Optional(Type.String({ maxLength: 128, description: 'Only this instance' }));
const value = Type.Union([
  Type.Boolean(),
  Type.String({ maxLength: 4_096 }),
  Type.Number(),
  Type.Object({}, { additionalProperties: true }),
]);
const closed = { additionalProperties: false };
const place = {
  service: Type.String({ maxLength: 128 }),
  kind: Type.Enum([...resourceKinds]),
  name: Type.String({ maxLength: 128 }),
};
const answer = Type.Object({ audit: Type.Ref('AuditEntry') });

/** What people can change. */
export function controlRoutes(control: Control): readonly Route[] {
  const flagPath = '/api/v1/flags/{key}/override';
  const breakerPath = '/api/v1/resources/{service}/{kind}/{name}/override';
  const params = { key: place.name };
  return [
    route({
      method: 'PUT',
      path: flagPath,
      summary: 'Sets a flag in every instance until the override ends',
      params,
      body: Type.Object({ value, ...act, forMs }, closed),
      answer,
      handle: async ({ params: { key }, body }) => {
        const given = read(readFlagValue, body.value, '`value`');
        if (!given.ok) return refused('bad_input', given.problem, { field: 'value' });
        return answered(await control.setFlag(key, { ...body, value: given.value }));
      },
    }),
    route({
      method: 'DELETE',
      path: flagPath,
      summary: 'Ends the override of a flag',
      params,
      body: Type.Object(act, closed),
      answer,
      handle: async ({ params: { key }, body }) => answered(await control.clearFlag(key, body)),
    }),
    route({
      method: 'PUT',
      path: breakerPath,
      summary: 'Holds a breaker open, bypasses it, or closes it once',
      params: place,
      body: Type.Object(
        { state: Type.Enum(['forced_open', 'disabled', 'closed']), ...act, forMs, instance },
        closed,
      ),
      answer,
      handle: async ({ params, body }) => answered(await control.setBreaker(params, body)),
    }),
    route({
      method: 'DELETE',
      path: breakerPath,
      summary: 'Releases a breaker that is held',
      params: place,
      body: Type.Object({ ...act, instance }, closed),
      answer,
      handle: async ({ params, body }) => answered(await control.releaseBreaker(params, body)),
    }),
  ];
}

function answered<T>(outcome: Outcome<T>): Outcome<{ readonly audit: T }> {
  return outcome.ok ? done({ audit: outcome.value }) : outcome;
}
