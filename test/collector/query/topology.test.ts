import type { TopologyView } from '@holdfast/shared';
import { expect, test } from 'vitest';
import { getJson } from '../../support/http.ts';
import { scopeOfTest } from '../../support/scope.ts';
import { startTestCollector } from '../support/start-collector.ts';
import { batchWith, openedEvent, rollupsOf, startAt, WireAgent } from '../support/wire-agent.ts';

test('topology shows who calls whom, and what guards each way', async () => {
  const scope = scopeOfTest();
  const collector = await startTestCollector(scope);
  const agent = await WireAgent.introduce(scope, collector.url);
  await WireAgent.introduce(scope, collector.url, { service: 'stock' });
  const add = [
    { kind: 'circuit_breaker', name: 'payments', dependency: 'payments-api', pipeline: 'payments' },
    { kind: 'retry', name: 'payments', dependency: 'payments-api', pipeline: 'payments' },
    { kind: 'timeout', name: 'stock', dependency: 'stock' },
    { kind: 'health_check', name: 'disk' },
  ] as const;
  const calls = rollupsOf({ success: 20 }, { second: startAt / 1_000 });
  agent.send(batchWith(1, { dictionary: { from: 0, add: [...add] }, events: [openedEvent()], ...calls }));
  await agent.acknowledged(1);
  await collector.clock.advance(1_000);

  const topology = await getJson<TopologyView>(`${collector.url}/api/v1/topology`);
  expect(topology).toEqual({
    services: ['checkout', 'stock'],
    dependencies: [{ name: 'payments-api' }, { name: 'stock', service: 'stock' }],
    edges: [
      {
        service: 'checkout',
        dependency: 'payments-api',
        state: 'open',
        policies: [
          {
            address: 'checkout/circuit_breaker/payments',
            kind: 'circuit_breaker',
            name: 'payments',
            pipeline: 'payments',
            state: 'open',
            callsPerSecond: 2,
          },
          {
            address: 'checkout/retry/payments',
            kind: 'retry',
            name: 'payments',
            pipeline: 'payments',
            callsPerSecond: 0,
          },
        ],
      },
      {
        service: 'checkout',
        dependency: 'stock',
        policies: [{ address: 'checkout/timeout/stock', kind: 'timeout', name: 'stock', callsPerSecond: 0 }],
      },
    ],
  });
  const then = await getJson(`${collector.url}/api/v1/topology?at=${startAt + 1_000}`);
  expect(then).toEqual({ ...topology, at: startAt + 1_000 });
});
