import type { ActAnswer, AuditEntry, ListAnswer, ResourceAnswer } from '@holdfast/shared';
import { describe, expect, test } from 'vitest';
import { getJson, sendJson } from '../../support/http.ts';
import { scopeOfTest, type Scope } from '../../support/scope.ts';
import { startTestCollector, type TestCollector } from '../support/start-collector.ts';
import { batchWith, flagLevels, startAt, WireAgent } from '../support/wire-agent.ts';

const ann = { by: 'ann', via: 'cli', reason: 'reviews are slow' } as const;
const flag = '/api/v1/flags/reviews/override';
const breaker = '/api/v1/resources/checkout/circuit_breaker/payments/override';

async function withAgent(scope: Scope): Promise<{ collector: TestCollector; agent: WireAgent }> {
  const collector = await startTestCollector(scope);
  const agent = await WireAgent.introduce(scope, collector.url);
  agent.send(batchWith(1, flagLevels(true)));
  await agent.acknowledged(1);
  return { collector, agent };
}

async function audit(collector: TestCollector): Promise<AuditEntry[]> {
  const { items } = await getJson<ListAnswer<AuditEntry>>(`${collector.url}/api/v1/audit`);
  return [...items];
}

describe('flags', () => {
  test('an override is told to the agents and stands in the audit', async () => {
    const { collector, agent } = await withAgent(scopeOfTest());
    const url = `${collector.url}${flag}`;
    const answer = await sendJson<ActAnswer>('PUT', url, { ...ann, value: false, forMs: 60_000 });
    const { desired } = await agent.next('desired');
    const expiresAt = startAt + 60_000;
    expect(desired.version).toBe(1);
    expect(desired.flags).toEqual([
      { key: 'reviews', value: false, by: 'ann', reason: ann.reason, setAt: startAt, expiresAt },
    ]);
    expect(await audit(collector)).toEqual([answer.audit]);
    expect(answer.audit).toMatchObject({
      ...ann,
      action: 'flag.set',
      target: 'reviews',
      from: true,
      to: false,
      at: startAt,
      expiresAt,
    });
  });

  test('an override without a time ends after a quarter of an hour', async () => {
    const { collector } = await withAgent(scopeOfTest());
    const { audit } = await sendJson<ActAnswer>('PUT', `${collector.url}${flag}`, {
      value: false,
      by: 'ann',
      via: 'api',
    });
    expect(audit).toMatchObject({ expiresAt: startAt + 900_000, reason: '' });
  });

  test('a reason of nothing but spaces is none', async () => {
    const { collector } = await withAgent(scopeOfTest());
    const url = `${collector.url}${flag}`;
    const { audit } = await sendJson<ActAnswer>('PUT', url, { ...ann, reason: '  ', value: false });
    expect(audit.reason).toBe('');
  });

  test('an override ends by itself when its time is over', async () => {
    const { collector, agent } = await withAgent(scopeOfTest());
    await sendJson('PUT', `${collector.url}${flag}`, { ...ann, value: false, forMs: 30_000 });
    await collector.clock.advance(29_000);
    expect(agent.all('desired')).toHaveLength(1);
    await collector.clock.advance(2_000);
    expect((await agent.next('desired', ({ desired }) => desired.version === 2)).desired.flags).toEqual([]);
    expect((await audit(collector))[0]).toMatchObject({
      action: 'flag.expired',
      by: 'holdfast',
      via: 'collector',
      from: false,
      to: null,
      reason: 'its 30 s are over',
    });
  });

  test('an override that ended meanwhile is ended at the start', async () => {
    const scope = scopeOfTest();
    const { collector } = await withAgent(scope);
    await sendJson('PUT', `${collector.url}${flag}`, { ...ann, value: false, forMs: 30_000 });
    await collector.close();
    await collector.clock.advance(60_000);
    const next = await startTestCollector(scope, { dataDir: collector.dataDir, clock: collector.clock });
    const agent = await WireAgent.introduce(scope, next.url, { next: 2, first: 2, desiredVersion: 1 });
    expect((await agent.next('welcome')).desired).toEqual({ version: 2, flags: [], breakers: [] });
  });

  test('clearing an override tells the agents', async () => {
    const { collector, agent } = await withAgent(scopeOfTest());
    await sendJson('PUT', `${collector.url}${flag}`, { ...ann, value: false });
    await sendJson('DELETE', `${collector.url}${flag}`, ann);
    expect((await agent.next('desired', ({ desired }) => desired.version === 2)).desired.flags).toEqual([]);
    expect((await audit(collector)).map((entry) => entry.action)).toEqual(['flag.cleared', 'flag.set']);
  });

  test('a hundred acts at once each make a version of their own', async () => {
    const { collector } = await withAgent(scopeOfTest());
    const url = `${collector.url}${flag}`;
    await Promise.all(
      Array.from({ length: 100 }, (_, index) => sendJson('PUT', url, { ...ann, value: index % 2 === 0 })),
    );
    const { items } = await getJson<ListAnswer<AuditEntry>>(`${collector.url}/api/v1/audit?limit=200`);
    expect(new Set(items.map((entry) => entry.version)).size).toBe(100);
  });
});

describe('breakers', () => {
  test('a hold reaches the agents of its service and no others', async () => {
    const scope = scopeOfTest();
    const { collector, agent } = await withAgent(scope);
    const other = await WireAgent.introduce(scope, collector.url, { service: 'storefront' });
    await sendJson('PUT', `${collector.url}${breaker}`, { ...ann, state: 'forced_open' });
    expect((await agent.next('desired')).desired.breakers).toMatchObject([
      { service: 'checkout', name: 'payments', state: 'forced_open', by: 'ann' },
    ]);
    other.send({ type: 'ping', sentAt: 1 });
    await other.next('pong');
    expect(other.all('desired')).toEqual([]);
    const resource = await getJson<ResourceAnswer>(`${collector.url}/api/v1/resources/checkout/payments`);
    expect(resource.breaker?.override?.state).toBe('forced_open');
  });

  test('a release ends a hold, and a second one finds nothing', async () => {
    const { collector, agent } = await withAgent(scopeOfTest());
    const url = `${collector.url}${breaker}`;
    await sendJson('PUT', url, { ...ann, state: 'disabled', instance: 'a' });
    const { audit: released } = await sendJson<ActAnswer>('DELETE', url, { ...ann, instance: 'a' });
    expect(released).toMatchObject({
      action: 'breaker.released',
      target: 'checkout@a/payments',
      from: 'disabled',
    });
    expect((await agent.next('desired', ({ desired }) => desired.version === 2)).desired.breakers).toEqual(
      [],
    );
    await expect(sendJson('DELETE', url, { ...ann, instance: 'a' })).rejects.toThrow('answered 409');
  });

  test('a hold ends by itself when its time is over', async () => {
    const { collector, agent } = await withAgent(scopeOfTest());
    await sendJson('PUT', `${collector.url}${breaker}`, { ...ann, state: 'forced_open', forMs: 10_000 });
    await collector.clock.advance(11_000);
    await agent.next('desired', ({ desired }) => desired.version === 2);
    expect((await audit(collector))[0]).toMatchObject({ action: 'breaker.expired', from: 'forced_open' });
  });

  test('what is no breaker cannot be held', async () => {
    const scope = scopeOfTest();
    const collector = await startTestCollector(scope);
    const agent = await WireAgent.introduce(scope, collector.url);
    agent.send(batchWith(1, { dictionary: { from: 0, add: [{ kind: 'retry', name: 'payments' }] } }));
    await agent.acknowledged(1);
    const url = `${collector.url}/api/v1/resources/checkout/retry/payments/override`;
    await expect(sendJson('PUT', url, { ...ann, state: 'disabled' })).rejects.toThrow(
      'only a circuit_breaker',
    );
  });
});
