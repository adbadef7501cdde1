import type { ListAnswer, ResourceAnswer, ResourceView } from '@holdfast/shared';
import { expect, test } from 'vitest';
import { getJson } from '../../support/http.ts';
import { scopeOfTest } from '../../support/scope.ts';
import { startTestCollector } from '../support/start-collector.ts';
import { batchWith, startAt, WireAgent } from '../support/wire-agent.ts';

const payments = { kind: 'circuit_breaker', name: 'payments' } as const;

test('instances that differ are named, now and as it was then', async () => {
  const scope = scopeOfTest();
  const collector = await startTestCollector(scope);
  for (const [instance, minimumCalls] of [
    ['a', 10],
    ['b', 20],
  ] as const) {
    const agent = await WireAgent.introduce(scope, collector.url, { instance });
    const dictionary = { from: 0, add: [{ ...payments, config: { minimumCalls, size: 100 } }] };
    agent.send(batchWith(1, { dictionary }));
    await agent.acknowledged(1);
    await collector.clock.advance(1_000);
  }
  const differences = [
    {
      what: 'config.minimumCalls',
      values: [
        { value: 10, instanceCount: 1, instances: ['a'] },
        { value: 20, instanceCount: 1, instances: ['b'] },
      ],
    },
  ];
  const one = `${collector.url}/api/v1/resources/checkout/payments`;
  expect(await getJson<ResourceAnswer>(one)).toMatchObject({ differences });
  expect(await getJson<ResourceAnswer>(`${one}?at=${startAt + 1_500}`)).toMatchObject({ differences });
  expect(await getJson<ResourceAnswer>(`${one}?at=${startAt + 500}`)).not.toHaveProperty('differences');
  const { items } = await getJson<ListAnswer<ResourceView>>(`${collector.url}/api/v1/resources`);
  expect(items).toMatchObject([{ differences }]);
});
