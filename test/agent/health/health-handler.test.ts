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
  expect(await ask('/readyz')).toMatchObject({ status: 200, body: { status: 'warn', failing: ['cache'] } });
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
      version: '1.2.3',
      releaseId: '1.2.3',
      serviceId: 'shop',
      output: 'db: no disk',
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

test('fails readiness and health first while draining', async () => {
  const { agent, clock, collector } = await createTestAgent();
  agent.healthCheck('db', () => true);
  const ask = await serve(agent.healthHandler());
  agent.drain();
  agent.drain();
  expect(await ask('/readyz')).toMatchObject({
    status: 503,
    body: { status: 'fail', failing: [], draining: true },
  });
  expect(await ask('/health')).toMatchObject({ status: 503, body: { status: 'fail', output: 'draining' } });
  for (const path of ['/livez', '/startupz']) expect(await ask(path)).toMatchObject({ status: 200 });
  expect(await agent.health()).toMatchObject({ status: 'down', isDraining: true });
  await clock.advance(2_000);
  expect(collector.events.filter(({ kind }) => kind === 'agent.draining').length).toBe(1);
});

test('answers in time where a check hangs, and calls it once', async () => {
  const { agent, clock } = await createTestAgent();
  let calls = 0;
  agent.healthCheck(
    'db',
    () => {
      calls += 1;
      return new Promise(() => {});
    },
    { timeoutMs: 60_000 },
  );
  const ask = await serve(agent.healthHandler({ timeoutMs: 300 }));
  const answers = Promise.all([ask('/readyz'), ask('/readyz'), ask('/livez')]);
  let isAnswered = false;
  const settled = answers.finally(() => {
    isAnswered = true;
  });
  while (!isAnswered) await clock.advance(300);
  expect(await settled).toMatchObject([
    { status: 503, body: { status: 'fail', failing: ['db'] } },
    { status: 503 },
    { status: 200, body: { status: 'pass', failing: [] } },
  ]);
  expect(calls).toBe(1);
});

test('waits for no readiness check where liveness is asked for', async () => {
  const { agent } = await createTestAgent();
  agent.healthCheck('db', () => new Promise(() => {}));
  const ask = await serve(agent.healthHandler());
  expect(await ask('/livez')).toMatchObject({ status: 200 });
});

test('warns where nothing is known yet', async () => {
  const { agent } = await createTestAgent();
  agent.healthCheck('db', () => 'unknown');
  const ask = await serve(agent.healthHandler());
  expect(await ask('/health')).toMatchObject({
    status: 200,
    body: { status: 'warn', output: 'db: unknown', checks: { db: [{ status: 'warn' }] } },
  });
});

test('refuses bad options', async () => {
  const { agent } = await createTestAgent();
  expect(() => agent.healthHandler({ timeoutMs: 0 })).toThrow('`timeoutMs` must be between 1');
  expect(() => agent.healthHandler({ timeout: 5 } as never)).toThrow('did you mean `timeoutMs`?');
});
