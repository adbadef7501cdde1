import { describe, expect, test } from 'vitest';
import { start as startExpress } from '../../examples/express/src/server.ts';
import { start as startFastify } from '../../examples/fastify/src/server.ts';
import { start as startKoa } from '../../examples/koa/src/server.ts';
import { start as startNest } from '../../examples/nest/src/server.ts';
import { getJson } from '../support/http.ts';
import { scopeOfTest } from '../support/scope.ts';
import { waitFor } from '../support/wait-for.ts';
import { Catalogue } from './catalogue.ts';

const starts = { express: startExpress, fastify: startFastify, koa: startKoa, nest: startNest };

/** An example with its dependency. It ends as it would in production: by SIGTERM. */
async function open(
  name: keyof typeof starts,
  { drainMs = 10 } = {},
): Promise<{ url: string; catalogue: Catalogue }> {
  const scope = scopeOfTest();
  const catalogue = new Catalogue();
  const catalogueUrl = await catalogue.listen(scope);
  const { url } = await starts[name]({ port: 0, catalogueUrl, maxRequests: 2, drainMs });
  // With a listener of its own beside it, the process of the tests goes on.
  const survive = (): void => {};
  process.on('SIGTERM', survive);
  scope.onEnd(async () => {
    if (process.listenerCount('SIGTERM') > 1) process.kill(process.pid, 'SIGTERM');
    const isGone = (): Promise<boolean> =>
      fetch(url).then(
        () => false,
        () => true,
      );
    await waitFor(isGone, { what: `${name} to end` });
    process.off('SIGTERM', survive);
  });
  return { url, catalogue };
}

describe.each(['express', 'fastify', 'koa', 'nest'] as const)('%s', (name) => {
  test('shows what its dependency says', async () => {
    const { url } = await open(name);
    expect(await getJson(`${url}/products/kelp-tea`)).toEqual({ sku: 'kelp-tea', price: '3.50' });
  });

  test('answers without its dependency, and says that it is degraded', async () => {
    const { url, catalogue } = await open(name);
    catalogue.mode = 'down';
    for (let call = 0; call < 5; call++)
      expect(await getJson(`${url}/products/kelp-tea`)).toEqual({ price: 'ask us' });
    expect(await getJson(`${url}/health`)).toMatchObject({
      status: 'warn',
      checks: { 'circuit_breaker:catalogue': [{ observedValue: 'open' }] },
    });
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
  });

  test('turns requests away that are too many', async () => {
    const { url, catalogue } = await open(name);
    catalogue.mode = 'silent';
    const first = [1, 2].map(() => getJson(`${url}/products/kelp-tea`));
    await waitFor(() => catalogue.waiting.length === 2, { what: 'two requests to be under way' });
    const answer = await fetch(`${url}/products/kelp-tea`);
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('1');
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    catalogue.answer();
    expect(await Promise.all(first)).toHaveLength(2);
  });

  test('fails readiness on SIGTERM, finishes what it has, and ends', async () => {
    const { url, catalogue } = await open(name, { drainMs: 1_000 });
    catalogue.mode = 'silent';
    const answer = getJson(`${url}/products/kelp-tea`);
    await waitFor(() => catalogue.waiting.length === 1, { what: 'the request to be under way' });
    process.kill(process.pid, 'SIGTERM');
    const ready = async (): Promise<boolean> => (await fetch(`${url}/readyz`)).status === 503;
    await waitFor(ready, { what: 'readiness to fail', everyMs: 1 });
    catalogue.answer();
    expect(await answer).toEqual({ sku: 'late', price: '3.50' });
  });
});
