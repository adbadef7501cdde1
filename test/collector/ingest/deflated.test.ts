import { deflateRawSync } from 'node:zlib';
import { createAgent } from '@holdfast/agent';
import { startCollector } from '@holdfast/collector';
import type { ResourceAnswer } from '@holdfast/shared';
import { expect, test } from 'vitest';
import { getJson } from '../../support/http.ts';
import { scopeOfTest } from '../../support/scope.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitFor } from '../../support/wait-for.ts';
import { startTestCollector } from '../support/start-collector.ts';
import { batchWith, helloWith, rollupsOf, WireAgent } from '../support/wire-agent.ts';

const deflated = (message: object): Buffer => deflateRawSync(Buffer.from(JSON.stringify(message)));

test('a deflated batch is stored as if it had come as text', async () => {
  const scope = scopeOfTest();
  const collector = await startTestCollector(scope);
  const agent = await WireAgent.introduce(scope, collector.url, { caps: ['deflate', 'other'] });
  expect((await agent.next('welcome')).caps).toEqual(['deflate']);
  const batch = batchWith(1, rollupsOf({ success: 3 }));
  agent.sendBinary(deflated(batch));
  await agent.acknowledged(1);
  agent.send(batch); // the same batch, and no other bytes
  agent.sendBinary(deflated(batchWith(2)));
  await agent.acknowledged(2);
  expect(agent.all('refused')).toEqual([]);
  const path = 'api/v1/resources/checkout/circuit_breaker/payments';
  const { totals } = await getJson<ResourceAnswer>(`${collector.url}/${path}`);
  expect(totals.success).toBe(3);
});

test('a bomb is refused, and so is what is not deflated', async () => {
  const scope = scopeOfTest();
  const collector = await startTestCollector(scope);
  const agent = await WireAgent.introduce(scope, collector.url, { caps: ['deflate'] });
  const bomb = deflateRawSync(Buffer.alloc(100_000_000, ' '));
  expect(bomb.length).toBeLessThan(262_144);
  const before = process.memoryUsage.rss();
  agent.sendBinary(bomb);
  agent.sendBinary(Buffer.from('not deflated'));
  agent.send(batchWith(1));
  await agent.acknowledged(1);
  const problem = 'a binary frame must be deflated JSON of at most 262144 bytes';
  expect(agent.all('refused').map((one) => one.problem)).toEqual([problem, problem]);
  expect(process.memoryUsage.rss() - before).toBeLessThan(33_554_432);
});

test('nothing is deflated for a collector that did not agree', async () => {
  const scope = scopeOfTest();
  const collector = await startTestCollector(scope);
  const agent = await WireAgent.introduce(scope, collector.url, helloWith());
  expect((await agent.next('welcome')).caps).toBeUndefined();
  agent.sendBinary(deflated(batchWith(1)));
  const { problem } = await agent.next('refused');
  expect(problem).toBe('frame must be text, got a binary frame');
});

test('an agent that compresses sends less, and all of it', async () => {
  const scope = scopeOfTest();
  const dataDir = await temporaryFolder(scope);
  const { url, close } = await startCollector({ port: 0, dataDir });
  scope.onEnd(close);
  const agent = createAgent({ service: 'far', collector: url, compress: true });
  scope.onEnd(() => agent.close());
  await waitFor(() => agent.status.connected, { what: 'the connection' });
  for (let i = 0; i < 200; i++) await agent.circuitBreaker(`breaker ${i}`).execute(() => i);
  expect(await agent.flush()).toMatchObject({ pendingCount: 0 });
  const last = await getJson<ResourceAnswer>(`${url}/api/v1/resources/far/breaker 199`);
  expect(last.totals.success).toBe(1);
});
