import { expect, test } from 'vitest';
import { scopeOfTest } from '../../support/scope.ts';
import { endpointOverStore } from '../support/endpoint-over-store.ts';
import { batchWith, rollupsOf, WireAgent } from '../support/wire-agent.ts';

test('nothing is acknowledged before its commit has returned', async () => {
  const scope = scopeOfTest();
  const { url, store } = await endpointOverStore(scope);
  const agent = await WireAgent.introduce(scope, url);
  const release = store.hold();
  for (const seq of [1, 2, 3]) agent.send(batchWith(seq, rollupsOf({ success: 1 })));
  agent.send({ type: 'ping', sentAt: 1 }); // its answer shows that the batches were read
  await agent.next('pong');
  expect(agent.all('ack')).toEqual([]);
  release();
  await agent.acknowledged(3);
  expect(store.groups.flat().filter((entry) => entry.fact.type === 'batch')).toHaveLength(3);
});

test('a commit that fails sends the agent away without an acknowledgement', async () => {
  const scope = scopeOfTest();
  const { url, store } = await endpointOverStore(scope);
  const agent = await WireAgent.introduce(scope, url);
  store.failWith(new Error('disk full'));
  agent.send(batchWith(1));
  expect((await agent.waitForClose()).code).toBe(1013);
  expect(agent.all('ack')).toEqual([]);
});

test('an agent is read no faster than it is stored', async () => {
  const scope = scopeOfTest();
  const { url, store } = await endpointOverStore(scope);
  const agent = await WireAgent.introduce(scope, url);
  const other = await WireAgent.introduce(scope, url, { instance: 'b' });
  const release = store.hold();
  const filler = 'x'.repeat(4_096); // so much that not all of it is read at once
  for (let seq = 1; seq <= 100; seq++) agent.send({ ...batchWith(seq), filler });
  agent.send({ type: 'ping', sentAt: 1 });
  other.send({ type: 'ping', sentAt: 1 });
  await other.next('pong');
  expect(agent.all('pong')).toEqual([]);
  release();
  await agent.acknowledged(100);
  await agent.next('pong');
});

test('an acknowledgement says what a collector with much to store is spared', async () => {
  const scope = scopeOfTest();
  const { url, store, journal } = await endpointOverStore(scope);
  const agent = await WireAgent.introduce(scope, url);
  expect((await agent.next('welcome')).spread).toEqual({ agents: 1, perSecond: 500 });
  const release = store.hold();
  agent.send(batchWith(1));
  agent.send({ type: 'ping', sentAt: 1 });
  await agent.next('pong');
  const { service, instance } = { service: 'a', instance: 'b' };
  const fact = {
    type: 'refused',
    agent: { service, instance, epoch: 'e' },
    seq: 1,
    problem: 'large',
  } as const;
  journal.append({ fact, frame: new Uint8Array(17 * 1_048_576) });
  release();
  await agent.acknowledged(1);
  expect(agent.all('ack')[0]?.throttles).toEqual({ sample: 10_000, rollup: 50_000 });
  agent.send(batchWith(2));
  await agent.acknowledged(2);
  expect(agent.all('ack').at(-1)?.throttles).toBeUndefined();
});
