import { formatDuration, overrideLimits, read, readFlagValue, resourceKinds } from '@holdfast/shared';
import { Type } from 'typebox';
import type { Principal } from '../auth/policy.ts';
import { done, type Outcome, refused } from '../refusal.ts';
import { act, byOf } from '../server/act.ts';
import type { Condition } from '../server/if-match.ts';
import { type Route, route } from '../server/route.ts';
import type { Conditional, Control } from './control.ts';

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
  return [...flagActs(control), ...breakerActs(control)];
}

function flagActs(control: Control): readonly Route[] {
  const flagPath = '/api/v1/flags/{key}/override';
  const action = 'operate';
  const servicesOfFlag: Route['services'] = ({ key = '' }) => control.servicesOfFlag(key);
  const params = { key: place.name };
  return [
    route({
      method: 'PUT',
      path: flagPath,
      action,
      services: servicesOfFlag,
      summary: 'Sets a flag in every instance until the override ends',
      params,
      body: Type.Object({ value, ...act, forMs }, closed),
      answer,
      isConditional: true,
      handle: async ({ params: { key }, body, principal, onlyIf }) => {
        const given = read(readFlagValue, body.value, '`value`');
        if (!given.ok) return refused('bad_input', given.problem, { field: 'value' });
        return answered(
          await control.setFlag(key, { ...acted({ principal, onlyIf }, body), value: given.value }),
        );
      },
    }),
    route({
      method: 'DELETE',
      path: flagPath,
      action,
      services: servicesOfFlag,
      summary: 'Ends the override of a flag',
      params,
      body: Type.Object(act, closed),
      answer,
      isConditional: true,
      handle: async ({ params: { key }, body, principal, onlyIf }) =>
        answered(await control.clearFlag(key, acted({ principal, onlyIf }, body))),
    }),
  ];
}

function breakerActs(control: Control): readonly Route[] {
  const breakerPath = '/api/v1/resources/{service}/{kind}/{name}/override';
  const action = 'operate';
  const serviceOf: Route['services'] = ({ service = '' }) => [service];
  return [
    route({
      method: 'PUT',
      path: breakerPath,
      action,
      services: serviceOf,
      summary: 'Holds a breaker open, bypasses it, or closes it once',
      params: place,
      body: Type.Object(
        { state: Type.Enum(['forced_open', 'disabled', 'closed']), ...act, forMs, instance },
        closed,
      ),
      answer,
      isConditional: true,
      handle: async ({ params, body, principal, onlyIf }) =>
        answered(await control.setBreaker(params, acted({ principal, onlyIf }, body))),
    }),
    route({
      method: 'DELETE',
      path: breakerPath,
      action,
      services: serviceOf,
      summary: 'Releases a breaker that is held',
      params: place,
      body: Type.Object({ ...act, instance }, closed),
      answer,
      isConditional: true,
      handle: async ({ params, body, principal, onlyIf }) =>
        answered(await control.releaseBreaker(params, acted({ principal, onlyIf }, body))),
    }),
  ];
}

/** What was asked and under which condition, by whom it was asked for certain. */
function acted<T extends { readonly by: string }>(
  { principal, onlyIf }: { readonly principal: Principal; readonly onlyIf: Condition | undefined },
  body: T,
): Conditional<T> {
  return { ...body, by: byOf(principal, body.by), ...(onlyIf === undefined ? {} : { onlyIf }) };
}

function answered<T>(outcome: Outcome<T>): Outcome<{ readonly audit: T }> {
  return outcome.ok ? done({ audit: outcome.value }) : outcome;
}
