import { emptyView } from '@holdfast/shared';
import { expect, test } from 'vitest';
import { createApi } from '../../../dashboard/src/api/api.ts';
import { problemText } from '../../../dashboard/src/api/problem-text.ts';
import { scopeOfTest } from '../../support/scope.ts';
import { startFakeLiveServer } from '../fake-live-server.ts';
import { failingFleet } from '../sample-fleet.ts';

const query = { address: 'a/circuit_breaker/b', since: 0.4, until: 60_000.2, points: 30 };

test('an act reaches the collector as it was meant', async () => {
  const scope = scopeOfTest();
  const server = await startFakeLiveServer({ view: failingFleet });
  scope.onEnd(() => server.close());
  const api = createApi(`http://127.0.0.1:${server.port}/`, fetch);
  const body = { by: 'ana', via: 'web', value: false } as const;
  const answer = await api.act({ method: 'PUT', path: 'api/v1/flags/a/override', body });
  expect(answer.ok).toBe(true);
  expect(server.acts).toEqual([{ method: 'PUT', path: '/api/v1/flags/a/override', body }]);
});

test('a refusal comes back in words', async () => {
  const scope = scopeOfTest();
  const server = await startFakeLiveServer({ view: () => emptyView });
  scope.onEnd(() => server.close());
  const api = createApi(`http://127.0.0.1:${server.port}/`, fetch);
  const answer = await api.series(query, new AbortController().signal);
  expect(answer).toEqual({ ok: false, problem: 'no such resource' });
});

test('a collector that is away is a problem, not an exception', async () => {
  const server = await startFakeLiveServer({ view: () => emptyView });
  await server.close();
  const api = createApi(`http://127.0.0.1:${server.port}/`, fetch);
  const answer = await api.series(query, new AbortController().signal);
  expect(answer).toMatchObject({ ok: false, problem: expect.stringContaining('did not answer') });
});

test('names that may have been meant are told', () => {
  const problem = { detail: 'no flag recomendations', nearest: ['recommendations'] };
  expect(problemText(problem, 404)).toBe('no flag recomendations. Did you mean recommendations?');
  expect(problemText('<html>', 502)).toBe('the collector answered 502');
});
