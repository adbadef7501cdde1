import { FakeClock } from '@holdfast/agent/testing';
import { agentSubprotocol } from '@holdfast/shared';
import { request } from 'node:http';
import { expect, test } from 'vitest';
import { Door, throttlesAt } from '../../../collector/src/ingest/overload.ts';
import { scopeOfTest } from '../../support/scope.ts';
import { startTestCollector } from '../support/start-collector.ts';
import { WireAgent } from '../support/wire-agent.ts';

test('samples are spared first, then the resolution of rollups', () => {
  const spared = (load: number): string[] => Object.keys(throttlesAt(load).throttles ?? {});
  expect([0, 0.24, 0.25, 0.49, 0.5, 1].map(spared)).toEqual([
    [],
    [],
    ['sample'],
    ['sample'],
    ['sample', 'rollup'],
    ['sample', 'rollup'],
  ]);
});

test('new connections come last, before nothing is read any more', () => {
  const door = new Door(new FakeClock());
  expect(door.admit(0.74, 0).ok).toBe(true);
  expect(door.admit(0.75, 0)).toMatchObject({ ok: false, refusal: { kind: 'unavailable' } });
});

test('nobody comes in while too many wait for their welcome', () => {
  const door = new Door(new FakeClock());
  expect(door.admit(0, 199).ok).toBe(true);
  expect(door.admit(0, 200)).toMatchObject({ ok: false, refusal: { kind: 'unavailable' } });
});

test('500 a second come in, and the rest are spread', async () => {
  const clock = new FakeClock();
  const door = new Door(clock);
  const admitted = (count: number): number =>
    Array.from({ length: count }, () => door.admit(0, 0)).filter(({ ok }) => ok).length;
  expect(admitted(600)).toBe(500);
  await clock.advance(100);
  expect(admitted(600)).toBe(50);
  await clock.advance(60_000);
  expect(admitted(600)).toBe(500);
  const waits = Array.from({ length: 5 }, () => door.admit(0, 0)).map((refused) =>
    refused.ok ? 0 : refused.refusal.retryAfterSeconds,
  );
  expect(waits.toSorted((a = 0, b = 0) => a - b)).toEqual([1, 2, 3, 4, 5]);
});

test('one upgrade too many is answered 503 and when to come back', async () => {
  const scope = scopeOfTest();
  const { url } = await startTestCollector(scope);
  for (let i = 0; i < 50; i++)
    await Promise.all(Array.from({ length: 10 }, () => WireAgent.connect(scope, url)));
  const headers = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'sec-websocket-version': '13',
    'sec-websocket-protocol': agentSubprotocol,
  };
  const answer = await new Promise<{ status: number | undefined; retryAfter: string | undefined }>(
    (resolve, reject) => {
      const sent = request(`${url}/api/v1/agent`, { headers }, (response) => {
        response.resume();
        resolve({ status: response.statusCode, retryAfter: response.headers['retry-after'] });
      });
      sent.on('error', reject);
      sent.on('upgrade', () => reject(new Error('it was let in')));
      sent.end();
    },
  );
  expect(answer).toEqual({ status: 503, retryAfter: '1' });
});
