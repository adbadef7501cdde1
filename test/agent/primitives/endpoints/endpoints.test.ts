import type { EndpointContext, Endpoints, EndpointsOptions } from '@holdfast/agent';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { createEndpoints } from '../../../../agent/src/primitives/endpoints/endpoints.ts';
import { createTestAgent } from '../../support/agent.ts';
import { hang } from '../../support/breaker.ts';
import { createTestRuntime, type TestRuntime } from '../../support/runtime.ts';

const three = ['http://a', 'http://b', 'http://c'];

interface PoolUnderTest extends TestRuntime {
  readonly pool: Endpoints;
}

function createPool(options: Partial<EndpointsOptions> = {}): PoolUnderTest {
  const under = createTestRuntime();
  const pool = createEndpoints(under.runtime, 'orders', {
    endpoints: three,
    balance: 'round_robin',
    ...options,
  });
  return { ...under, pool };
}

/** Where the next calls go. */
async function visited(pool: Endpoints, calls: number): Promise<string[]> {
  const seen: string[] = [];
  for (let call = 0; call < calls; call++) seen.push(await pool.execute(({ endpoint }) => endpoint));
  return seen;
}

describe('balance', () => {
  test('goes round robin', async () => {
    const { pool } = createPool();
    expect(await visited(pool, 4)).toEqual(['http://b', 'http://c', 'http://a', 'http://b']);
  });

  test('takes the less busy of two by default', async () => {
    const { pool } = createPool({ endpoints: ['http://a', 'http://b'], balance: 'power_of_two' });
    const busy = hang((fn) => pool.execute(({ endpoint }) => fn().then(() => endpoint)));
    const [taken] = pool.status.filter(({ inFlightCount }) => inFlightCount > 0);
    const seen = await visited(pool, 20);
    expect(new Set(seen)).toEqual(new Set(three.slice(0, 2).filter((id) => id !== taken?.id)));
    busy.resolve('done');
    expect(await busy.answer).toBe(taken?.endpoint);
  });

  test('spreads idle calls over all of them', async () => {
    const { pool } = createPool({ balance: 'power_of_two' });
    const seen = await visited(pool, 3_000);
    for (const endpoint of three) expect(seen.filter((one) => one === endpoint).length).toBeGreaterThan(900);
  });

  test('has one endpoint to choose from', async () => {
    for (const balance of ['power_of_two', 'round_robin'] as const)
      expect(await visited(createPool({ endpoints: ['http://a'], balance }).pool, 2)).toEqual([
        'http://a',
        'http://a',
      ]);
  });

  test('rejects where there is no endpoint', async () => {
    const { pool, telemetry } = createPool({ endpoints: [] });
    await expect(pool.execute(() => 'never')).rejects.toMatchObject({
      code: 'HOLDFAST_NO_ENDPOINT',
      message: '"orders" has no endpoint',
      source: { service: 'checkout', primitive: 'endpoints', name: 'orders' },
    });
    expect(telemetry.counts('endpoints/orders')).toEqual({ rejected: 1, class_rejected: 1 });
  });
});

describe('endpoints that are objects', () => {
  test('are handed on as they are, with their type', async () => {
    const { runtime } = createTestRuntime();
    const local = { id: 'local', port: 80 };
    const pool = createEndpoints(runtime, 'orders', { endpoints: [local] });
    const answer = await pool.execute((call) => {
      expectTypeOf(call).toEqualTypeOf<EndpointContext<{ id: string; port: number }>>();
      return call.endpoint;
    });
    expect(answer).toBe(local);
  });

  test('are named by their id, name, url or href, or by `idOf`', () => {
    const { runtime } = createTestRuntime();
    const endpoints = [{ id: 'a' }, { name: 'b' }, { url: 'http://c' }, new URL('http://d/')];
    expect(createEndpoints(runtime, 'some', { endpoints }).status.map(({ id }) => id)).toEqual([
      'a',
      'b',
      'http://c',
      'http://d/',
    ]);
    const ported = createEndpoints(runtime, 'ported', {
      endpoints: [{ port: 80 }],
      idOf: ({ port }) => `:${port}`,
    });
    expect(ported.status).toMatchObject([{ id: ':80', endpoint: { port: 80 }, state: 'ready' }]);
  });
});

describe('a call', () => {
  test('passes the function’s own error through', async () => {
    const { pool, telemetry } = createPool();
    const error = new Error('down');
    await expect(pool.execute(() => Promise.reject(error))).rejects.toBe(error);
    await expect(
      pool.execute(() => {
        throw error;
      }),
    ).rejects.toBe(error);
    expect(telemetry.counts('endpoints/orders')).toEqual({ failure: 2, class_unknown: 2 });
    expect(telemetry.timedCount('endpoints/orders')).toBe(2);
  });

  test('gets the caller’s signal and ends when it aborts', async () => {
    const { pool, telemetry } = createPool();
    const controller = new AbortController();
    const reason = new Error('enough');
    let seen: AbortSignal | undefined;
    let answer: (value: string) => void = () => {};
    const call = pool.execute(
      ({ signal }) => {
        seen = signal;
        return new Promise<string>((resolve) => {
          answer = resolve;
        });
      },
      { signal: controller.signal },
    );
    controller.abort(reason);
    await expect(call).rejects.toBe(reason);
    expect(seen).toBe(controller.signal);
    answer('late');
    await expect(pool.execute(() => 1, { signal: controller.signal })).rejects.toBe(reason);
    expect(telemetry.counts('endpoints/orders')).toEqual({ cancelled: 2, class_cancelled: 2, late: 1 });
    expect(pool.status.every(({ failureCount, inFlightCount }) => failureCount + inFlightCount === 0)).toBe(
      true,
    );
  });

  test('that an outer layer times out is a failure of the endpoint', async () => {
    const { agent, clock, collector } = await createTestAgent();
    const pool = agent.endpoints('orders', { endpoints: ['http://a'] });
    const both = agent.compose(agent.timeout('slow', { timeoutMs: 100 }), pool);
    const call = both.execute(() => new Promise(() => {}));
    call.catch(() => undefined);
    await clock.advance(100);
    await expect(call).rejects.toMatchObject({ code: 'HOLDFAST_TIMED_OUT' });
    expect(pool.status).toMatchObject([{ failureCount: 1, inFlightCount: 0 }]);
    await clock.advance(2_000);
    expect(collector.totals('endpoints', 'orders')).toMatchObject({ timeout: 1 });
  });

  test('counts in gauges while it is under way', async () => {
    const { pool, telemetry } = createPool();
    const call = hang((fn) => pool.execute(fn));
    expect(telemetry.gauges('endpoints/orders')).toEqual({ in_flight: 1, limit: 3, ejected: 0 });
    call.resolve('done');
    await call.answer;
    expect(telemetry.gauges('endpoints/orders')).toEqual({ in_flight: 0, limit: 3, ejected: 0 });
    expect(telemetry.counts('endpoints/orders')).toEqual({ success: 1 });
  });

  test('that was wrapped keeps `this` and gets its context last', async () => {
    const { pool } = createPool();
    const shop = {
      path: '/orders/',
      get: pool.wrap(function get(this: { path: string }, id: string, { endpoint }: EndpointContext<string>) {
        return `${endpoint}${this.path}${id}`;
      }),
    };
    expect(shop.get.name).toBe('get');
    expectTypeOf(shop.get).parameters.toEqualTypeOf<[id: string]>();
    expect(await shop.get('7')).toBe('http://b/orders/7');
    const add = pool.wrap((one: number, other: number) => one + other);
    expect(await add(1, 2)).toBe(3);
  });

  test('that is a retry avoids endpoints that have just failed', async () => {
    const { pool } = createPool({ balance: 'power_of_two', consecutiveFailures: 100 });
    for (let round = 0; round < 50; round++) {
      let first = '';
      const failing = ({ endpoint }: EndpointContext<string>): never => {
        first = endpoint;
        throw new Error('down');
      };
      await expect(pool.execute(failing)).rejects.toThrow('down');
      const second = await pool.execute(({ endpoint, attempt }) => `${attempt} ${endpoint}`, { attempt: 2 });
      expect(second).not.toBe(`2 ${first}`);
      await Promise.all(Array.from({ length: 20 }, () => pool.execute(() => 'fine')));
    }
  });

  test('takes its attempt from the context of a pipeline', async () => {
    const { agent, clock } = await createTestAgent();
    const pool = agent.endpoints('orders', { endpoints: three });
    const pipeline = agent.pipeline('orders', { retry: { maxRetries: 2, retryOn: () => true } });
    const seen: string[] = [];
    const call = pipeline.execute((outer) =>
      pool.execute(({ endpoint, attempt }) => {
        seen.push(endpoint);
        if (attempt < 3) throw new Error('down');
        return attempt;
      }, outer),
    );
    await clock.advance(60_000);
    expect(await call).toBe(3);
    expect(new Set(seen).size).toBe(3);
  });
});

describe('made by an agent', () => {
  test('is the same one for the same name', async () => {
    const { agent } = await createTestAgent();
    const pool = agent.endpoints('orders', { endpoints: three });
    expect(agent.endpoints('orders')).toBe(pool);
    expect(() => agent.endpoints('orders', { endpoints: three })).toThrow(
      'endpoints `orders` exists already',
    );
    expect(() => agent.endpoints('users')).toThrow('endpoints `users` does not exist yet');
  });

  test.each<[string, Record<string, unknown>, RegExp]>([
    ['no list', { endpoints: 'http://a' }, /^`endpoints` must be an array, got "http:\/\/a"/],
    ['a number', { endpoints: [80] }, /^`endpoints\[0\]` must be a string or an object, got 80/],
    ['no name', { endpoints: [{ port: 80 }] }, /^`endpoints\[0\]` has no name: give it an `id`, or `idOf`/],
    ['the same twice', { endpoints: ['a', 'b', 'a'] }, /^`endpoints\[2\]` is there twice: "a"/],
    ['an unknown option', { endpoints: [], balanse: 'random' }, /did you mean `balance`/],
    ['an unknown balance', { endpoints: [], balance: 'random' }, /one of power_of_two, round_robin/],
    ['a percentage', { endpoints: [], maxEjectedRatio: 50 }, /got 50 \(a percentage\?\)/],
    [
      'a longest ejection below the first',
      { endpoints: [], maxEjectionMs: 10 },
      /^`maxEjectionMs` must be at least `baseEjectionMs` \(30000\), got 10/,
    ],
    ['no probe', { endpoints: [], activeCheck: {} }, /^`activeCheck.probe` must be a function/],
    ['no rate', { endpoints: [], successRate: { factor: 0 } }, /^`successRate.factor` must be between/],
  ])('refuses %s', async (_what, options, message) => {
    const { agent } = await createTestAgent();
    expect(() => agent.endpoints('orders', options as never)).toThrow(message);
  });
});
