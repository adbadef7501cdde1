import { createServer } from 'node:http';
import { type Agent, type AgentOptions, createAgent } from '@holdfast/agent';
import { expect, test } from 'vitest';
import { type Scope, scopeOfTest } from '../../support/scope.ts';
import { startSocketCollector } from '../../support/socket-collector.ts';
import { waitFor } from '../../support/wait-for.ts';

function startAgent(scope: Scope, options: AgentOptions): Agent {
  const agent = createAgent({ service: 'shop', random: () => 0, ...options });
  scope.onEnd(() => agent.close({ timeoutMs: 0 }));
  return agent;
}

test('connects with its subprotocol and token, and delivers what it counts', async () => {
  const scope = scopeOfTest();
  const { url, memory, requests } = await startSocketCollector(scope);
  const agent = startAgent(scope, { collector: url.replace('ws:', 'http:'), token: 'secret' });
  const breaker = agent.circuitBreaker('payments');
  await breaker.execute(() => 1);
  await waitFor(() => memory.totals('circuit_breaker', 'payments').success, { what: 'the count' });
  expect(requests[0]?.url).toBe('/api/v1/agent');
  expect(requests[0]?.headers).toMatchObject({
    authorization: 'Bearer secret',
    'sec-websocket-protocol': 'holdfast.agent.v1',
  });
  expect(requests[0]?.headers['sec-websocket-extensions']).toBeUndefined();
  expect(memory.problems).toEqual([]);
});

test('sends again what a cut left open, and nothing is stored twice', async () => {
  const scope = scopeOfTest();
  const { url, memory, requests, cut } = await startSocketCollector(scope);
  const agent = startAgent(scope, { collector: url });
  const breaker = agent.circuitBreaker('payments');
  await waitFor(() => agent.status.connected, { what: 'the connection' });
  memory.loseAnswers();
  let opened = 0;
  for (let round = 0; round < 3; round++) {
    breaker.open('test');
    breaker.close('test');
    opened += 1;
    await waitFor(() => memory.events.length >= 1 + 2 * opened, { what: 'the events' });
    cut();
    memory.accept();
    await waitFor(() => requests.length === 2 + round && agent.status.connected, { what: 'the return' });
    memory.loseAnswers();
  }
  memory.accept();
  await agent.close();
  const kinds = memory.events.map(({ kind }) => kind).filter((kind) => kind === 'circuit_breaker.opened');
  expect(kinds).toHaveLength(opened);
  expect(memory.problems).toEqual([]);
  await waitFor(() => memory.saidBye, { what: 'the good-bye' });
});

test('says why it has no connection', async () => {
  const scope = scopeOfTest();
  const { url } = await refuseUpgrades(scope, 'HTTP/1.1 401 Unauthorized');
  const agent = startAgent(scope, { collector: url });
  const problem = await waitFor(() => agent.status.problem, { what: 'a problem' });
  expect(problem).toBe('the collector answered HTTP 401 instead of a WebSocket');
});

test('comes back when a busy collector asks it to, not before', async () => {
  const scope = scopeOfTest();
  const { url, upgrades } = await refuseUpgrades(scope, 'HTTP/1.1 503 Busy\r\nRetry-After: 3600');
  const agent = startAgent(scope, { collector: url });
  await waitFor(() => agent.status.problem, { what: 'the refusal' });
  await agent.close();
  expect(upgrades()).toBe(1);
});

/** A server that answers each upgrade with `head` and hangs up. */
async function refuseUpgrades(scope: Scope, head: string): Promise<{ url: string; upgrades: () => number }> {
  let count = 0;
  const server = createServer();
  server.on('upgrade', (_request, socket) => {
    count += 1;
    socket.on('error', () => {}); // the agent may hang up first
    socket.end(`${head}\r\n\r\n`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  scope.onEnd(() => void server.close());
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return { url: `ws://127.0.0.1:${port}`, upgrades: () => count };
}
