import type { EndpointContext, Executor } from '@holdfast/agent';
import { expect, expectTypeOf, test } from 'vitest';
import { createTestAgent } from '../../support/agent.ts';

const endpoints = ['http://a', 'http://b', 'http://c'];

test('a retry around a pool goes to another endpoint each time', async () => {
  const { agent, clock } = await createTestAgent();
  const retry = agent.retry('orders', { maxRetries: 2, retryOn: () => true });
  const composed = agent.compose(retry, agent.endpoints('orders', { endpoints }));
  const seen: string[] = [];
  const call = composed.execute((context) => {
    expectTypeOf(context).toEqualTypeOf<EndpointContext<string>>();
    seen.push(`${context.attempt} ${context.endpoint}`);
    if (context.attempt < 3) throw new Error('down');
    return 'fine';
  });
  await clock.advance(60_000);
  expect(await call).toBe('fine');
  expect(new Set(seen.map((one) => one.slice(2))).size).toBe(3);
  expect(seen.map((one) => one[0])).toEqual(['1', '2', '3']);
});

test('layers inside a pool hand its endpoint on', async () => {
  const { agent } = await createTestAgent();
  const pool = agent.endpoints('orders', { endpoints: ['http://a'] });
  const composed = agent.compose(
    agent.circuitBreaker('outside'),
    pool,
    agent.circuitBreaker('inside'),
    agent.timeout('inside', { timeoutMs: 100 }),
  );
  expect(await composed.execute(({ endpoint, attempt }) => `${attempt} ${endpoint}`)).toBe('1 http://a');
});

test('primitives without a pool are an executor as before', async () => {
  const { agent } = await createTestAgent();
  const composed = agent.compose(agent.circuitBreaker('a'), agent.circuitBreaker('b'));
  expectTypeOf(composed).toEqualTypeOf<Executor>();
  expect(await composed.execute((call) => 'endpoint' in call)).toBe(false);
});
