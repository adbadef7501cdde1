import { createAgent } from '@holdfast/agent';
import { startCollector } from '@holdfast/collector';
import type { AgentView, FlagView, ListAnswer, ResourceAnswer } from '@holdfast/shared';
import { expect, test } from 'vitest';
import { getJson, sendJson } from '../../support/http.ts';
import { freePort } from '../../support/ports.ts';
import { type Scope, scopeOfTest } from '../../support/scope.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

interface Place {
  readonly url: string;
  start(): Promise<() => Promise<void>>;
}

/** A collector that can be stopped and started at the same address, with the same data. */
async function place(scope: Scope): Promise<Place> {
  const port = await freePort();
  const dataDir = await temporaryFolder(scope);
  const start = async (): Promise<() => Promise<void>> => {
    const { close } = await startCollector({ port, dataDir });
    scope.onEnd(close);
    return close;
  };
  return { url: `http://127.0.0.1:${port}`, start };
}

test('requests lose and double nothing while the collector restarts', async () => {
  const { url, start } = await place(scopeOfTest());
  const agent = createAgent({ service: 'lambda', collector: url, mode: 'request' });
  const breaker = agent.circuitBreaker('payments');
  const stop = await start();
  for (let i = 0; i < 5; i++) await breaker.execute(() => i);
  expect(await agent.flush()).toEqual({ storedCount: 1, pendingCount: 0 });

  await stop();
  for (let i = 0; i < 7; i++) await breaker.execute(() => i);
  const missed = await agent.flush({ deadlineMs: 1_000 });
  expect(missed).toMatchObject({ storedCount: 0 });
  expect(missed.problem).toContain('ECONNREFUSED');
  expect(missed.pendingCount).toBeGreaterThan(0);
  expect(agent.status).toMatchObject({ connected: false, connection: 'waiting' });

  await start();
  await breaker.execute(() => 1);
  expect(await agent.flush()).toEqual({ storedCount: 2, pendingCount: 0 });
  const { totals } = await getJson<ResourceAnswer>(`${url}/api/v1/resources/lambda/payments`);
  expect(totals.success).toBe(13);
  await agent.close();
  const { items } = await getJson<ListAnswer<AgentView>>(`${url}/api/v1/agents`);
  expect(items).toEqual([]);
});

test('an override reaches an agent in request mode with its next flush', async () => {
  const { url, start } = await place(scopeOfTest());
  await start();
  const agent = createAgent({ service: 'lambda', collector: url, mode: 'request' });
  agent.flags.define('fast_path', { defaultValue: true });
  await agent.flush();
  const order = { value: false, by: 'ada', via: 'api', reason: 'too fast' };
  await sendJson('PUT', `${url}/api/v1/flags/fast_path/override`, order);
  expect(agent.flags.getBooleanValue('fast_path', true)).toBe(true);
  await agent.flush();
  expect(agent.flags.getBooleanValue('fast_path', true)).toBe(false);
  await agent.flush();
  const shown = await getJson<FlagView>(`${url}/api/v1/flags/fast_path`);
  expect(shown.instances).toMatchObject([{ value: false }]);
  await agent.close();
});

test('a transport cannot be handed in where requests are to be sent', () => {
  const transport = { connect: () => ({ send() {}, close() {}, keepAlive() {}, bufferedBytes: 0 }) };
  const options = { service: 'lambda', collector: transport, mode: 'request' } as const;
  expect(() => createAgent(options)).toThrow(
    new TypeError('`collector` must be a URL where `mode` is "request", got an object'),
  );
});
