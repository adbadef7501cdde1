import { createServer } from 'node:http';
import type { HealthHandler } from '@holdfast/agent';
import { expect, onTestFinished, test } from 'vitest';
import { createTestAgent } from '../support/agent.ts';

interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly body: unknown;
}

/** Serves a handler on a real socket and returns how to ask it. */
async function serve(handler: HealthHandler): Promise<(path: string, method?: string) => Promise<Answer>> {
  const server = createServer((request, response) => handler(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return async (path, method = 'GET') => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method });
    const text = await response.text();
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    return { status: response.status, type: response.headers.get('content-type'), body };
  };
}

test('passes all probes where nothing is wrong', async () => {
  const { agent } = await createTestAgent();
  agent.healthCheck('db', () => true);
  const ask = await serve(agent.healthHandler());
  for (const path of ['/livez', '/readyz', '/startupz'])
    expect(await ask(path)).toEqual({
      status: 200,
      type: 'application/json',
      body: { status: 'pass', failing: [] },
    });
});

test('fails the probe whose critical check is down, and only that', async () => {
  const { agent } = await createTestAgent();
  agent.healthCheck('db', () => false);
  const ask = await serve(agent.healthHandler());
  expect(await ask('/readyz')).toMatchObject({ status: 503, body: { status: 'fail', failing: ['db'] } });
  expect(await ask('/livez')).toMatchObject({ status: 200 });
  expect(await ask('/startupz')).toMatchObject({ status: 200 });
});

test('passes with a check down that is not critical', async () => {
  const { agent } = await createTestAgent();
  agent.healthCheck('cache', () => false, { critical: false });
  const ask = await serve(agent.healthHandler());
  expect(await ask('/readyz')).toMatchObject({ status: 200, body: { failing: ['cache'] } });
});

test('is not ready before it has started, and stays started', async () => {
  const { agent } = await createTestAgent();
  let isUp = false;
  agent.healthCheck('warm-up', () => isUp, { kind: 'startup' });
  const ask = await serve(agent.healthHandler());
  expect(await ask('/startupz')).toMatchObject({ status: 503 });
  expect(await ask('/readyz')).toMatchObject({ status: 503 });
  isUp = true;
  await agent.health({ fresh: true });
  isUp = false;
  await agent.health({ fresh: true });
  expect(await ask('/startupz')).toMatchObject({ status: 200 });
});

test('never fails liveness for an open breaker', async () => {
  const { agent } = await createTestAgent();
  agent.circuitBreaker('payments').forceOpen('test');
  const ask = await serve(agent.healthHandler());
  expect(await ask('/livez')).toMatchObject({ status: 200 });
  expect(await ask('/readyz')).toMatchObject({ status: 200 });
});

test('answers /health as application/health+json', async () => {
  const { agent } = await createTestAgent({ version: '1.2.3' });
  agent.healthCheck('db', () => ({ status: 'down', message: 'no disk' }));
  agent.circuitBreaker('payments');
  const ask = await serve(agent.healthHandler());
  expect(await ask('/health?verbose')).toEqual({
    status: 503,
    type: 'application/health+json',
    body: {
      status: 'fail',
      releaseId: '1.2.3',
      serviceId: 'shop',
      checks: {
        db: [
          {
            componentType: 'component',
            status: 'fail',
            observedValue: 0,
            observedUnit: 'ms',
            time: '2023-11-14T22:13:20.000Z',
            output: 'no disk',
          },
        ],
        'circuit_breaker:payments': [{ componentType: 'component', status: 'pass', observedValue: 'closed' }],
      },
    },
  });
});

test('refuses other methods and does not know other paths', async () => {
  const { agent } = await createTestAgent();
  const ask = await serve(agent.healthHandler());
  expect(await ask('/livez', 'POST')).toMatchObject({ status: 405 });
  expect(await ask('/constructor')).toMatchObject({ status: 404 });
  expect(await ask('/livez', 'HEAD')).toMatchObject({ status: 200, body: undefined });
});

test('hands other paths on where it is a middleware', async () => {
  const { agent } = await createTestAgent();
  const handler = agent.healthHandler();
  const ask = await serve((request, response) =>
    handler(request, response, () => response.writeHead(204).end()),
  );
  expect(await ask('/orders')).toMatchObject({ status: 204 });
});
