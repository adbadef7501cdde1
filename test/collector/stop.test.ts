import { closeCodes } from '@holdfast/shared';
import { expect, test } from 'vitest';
import { LiveEndpoint } from '../../collector/src/live/live-endpoint.ts';
import { type Running, stop } from '../../collector/src/stop.ts';
import { createLocalBus } from '../../collector/src/bus/bus.ts';
import { type Scope, scopeOfTest } from '../support/scope.ts';
import { endpointOverStore } from './support/endpoint-over-store.ts';
import { batchWith, WireAgent } from './support/wire-agent.ts';

type Parts = Awaited<ReturnType<typeof endpointOverStore>>;

/** All that a collector stops, and what it says meanwhile. */
async function running(scope: Scope): Promise<Parts & { all: Running; said: string[] }> {
  const parts = await endpointOverStore(scope);
  const said: string[] = [];
  const log = (_level: string, message: string): number => said.push(message);
  const history = { secondsRetentionMs: 86_400_000, retentionMs: 86_400_000 };
  const live = new LiveEndpoint({ ...parts, ...history, bus: createLocalBus(log), log });
  return { ...parts, said, all: { ...parts, live, log, stopTimers: () => Promise.resolve() } };
}

test('a stop acknowledges what was sent before it closes', async () => {
  const scope = scopeOfTest();
  const { url, store, all, said } = await running(scope);
  const agent = await WireAgent.introduce(scope, url);
  const release = store.hold();
  agent.send(batchWith(1));
  agent.send({ type: 'ping', sentAt: 1 }); // its answer shows that the batch was read
  await agent.next('pong');
  const stopped = stop(all);
  await agent.next('goaway');
  expect(agent.all('ack')).toEqual([]);
  release();
  await stopped;
  expect(agent.received.map(({ type }) => type).slice(-2)).toEqual(['goaway', 'ack']);
  expect((await agent.waitForClose()).code).toBe(closeCodes.goaway);
  expect(said).toEqual([]);
});

test('a stop ends within five seconds although a commit hangs', async () => {
  const scope = scopeOfTest();
  const { url, store, clock, all, said } = await running(scope);
  const agent = await WireAgent.introduce(scope, url);
  const release = store.hold();
  scope.onEnd(release);
  agent.send(batchWith(1));
  agent.send({ type: 'ping', sentAt: 1 });
  await agent.next('pong');
  const stopped = stop(all);
  await agent.next('goaway');
  await clock.advance(4_999);
  expect(agent.closed).toBeUndefined();
  await clock.advance(1);
  await stopped;
  await agent.waitForClose();
  expect(agent.all('ack')).toEqual([]);
  expect(said).toEqual(['what was under way did not end within 5 s']);
});

test.each(['the fold', 'the store', 'a timer'])('a stop ends although %s hangs', async (part) => {
  const { clock, all, store } = await running(scopeOfTest());
  const hang = (): Promise<void> => new Promise(() => {});
  if (part === 'the fold') store.save = hang;
  if (part === 'the store') store.close = hang;
  const stopped = stop(part === 'a timer' ? { ...all, stopTimers: hang } : all);
  await clock.advance(5_000);
  await stopped;
  expect(all.server.listening).toBe(false);
});
