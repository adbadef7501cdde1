import { expect, test } from 'vitest';
import type { FilledAct } from '../../../dashboard/src/acts/act.ts';
import { actRequest } from '../../../dashboard/src/acts/act-request.ts';

const filled: FilledAct = { by: 'ana', reason: ' restoring ', forMs: 900_000, value: undefined };
const address = 'check out/circuit_breaker/payments';

test('a hold names breaker, state, time, reason and person', () => {
  const request = actRequest({ kind: 'set_breaker', address, state: 'forced_open' }, filled);
  expect(request).toEqual({
    method: 'PUT',
    path: 'api/v1/resources/check%20out/circuit_breaker/payments/override',
    body: { state: 'forced_open', by: 'ana', via: 'web', reason: 'restoring', forMs: 900_000 },
  });
});

test('closing happens once, so it has no duration', () => {
  const { body } = actRequest({ kind: 'set_breaker', address, state: 'closed' }, filled);
  expect(body).not.toHaveProperty('forMs');
});

test('a release ends the hold of the instance that has it', () => {
  const request = actRequest({ kind: 'release_breaker', address, instance: 'c5' }, filled);
  expect(request.method).toBe('DELETE');
  expect(request.body).toEqual({ by: 'ana', via: 'web', reason: 'restoring', instance: 'c5' });
});

test('a flag gets the value that was typed, else the proposed one', () => {
  const act = { kind: 'set_flag', key: 'page size', value: 24 } as const;
  expect(actRequest(act, { ...filled, value: 8 })).toMatchObject({
    path: 'api/v1/flags/page%20size/override',
    body: { value: 8, forMs: 900_000 },
  });
  expect(actRequest(act, filled).body).toMatchObject({ value: 24 });
});

test('an empty reason is left out, so that the collector says so', () => {
  const request = actRequest({ kind: 'clear_flag', key: 'a' }, { ...filled, reason: '  ' });
  expect(request.body).toEqual({ by: 'ana', via: 'web' });
});
