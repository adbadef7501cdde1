import { type AuditEntry, type ListAnswer, liveSubprotocol, type TokenView } from '@holdfast/shared';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { getJson } from '../../support/http.ts';
import { scopeOfTest } from '../../support/scope.ts';
import { waitFor } from '../../support/wait-for.ts';
import { startTestCollector, type TestCollector } from '../support/start-collector.ts';
import { bearer, makeTokenAt, masterToken, statusWith } from '../support/tokens.ts';
import { batchWith, flagLevels, helloWith, rollupsOf, startAt, WireAgent } from '../support/wire-agent.ts';

const dayMs = 86_400_000;
const ann = { by: 'ann', via: 'cli' };

function start(): Promise<TestCollector> {
  return startTestCollector(scopeOfTest(), { token: masterToken });
}

async function tokensOf({ url }: TestCollector): Promise<readonly TokenView[]> {
  return (await getJson<ListAnswer<TokenView>>(`${url}/api/v1/tokens`, { headers: bearer(masterToken) }))
    .items;
}

async function revoke({ url }: TestCollector, id: string): Promise<number> {
  return statusWith(masterToken, `${url}/api/v1/tokens/${id}`, { method: 'DELETE', body: ann });
}

async function auditOf({ url }: TestCollector): Promise<readonly AuditEntry[]> {
  const headers = bearer(masterToken);
  return (await getJson<ListAnswer<AuditEntry>>(`${url}/api/v1/audit`, { headers })).items;
}

describe('a token', () => {
  test('is good for 90 days, and not a moment longer', async () => {
    const collector = await start();
    const { token, view } = await makeTokenAt(collector.url, { scope: 'read' });
    const url = `${collector.url}/api/v1/status`;
    expect(view.expiresAt).toBe(startAt + 90 * dayMs);
    expect(await statusWith(token, url)).toBe(200);
    await collector.clock.advance(dayMs);
    expect(await statusWith(token, url)).toBe(200);
    expect((await tokensOf(collector))[0]?.lastUsedAt).toBe(startAt + dayMs);
    const short = await makeTokenAt(collector.url, { scope: 'read', name: 'short', expiresInMs: 60_000 });
    await collector.clock.advance(60_000);
    expect(await statusWith(short.token, url)).toBe(401);
  });

  test('ends at once where it is revoked, and stays in the list', async () => {
    const collector = await start();
    const { token, view } = await makeTokenAt(collector.url, { scope: 'read' });
    expect(await revoke(collector, view.id)).toBe(200);
    expect(await statusWith(token, `${collector.url}/api/v1/status`)).toBe(401);
    expect(await revoke(collector, view.id)).toBe(409);
    expect(await revoke(collector, 'nothing')).toBe(404);
    expect(await tokensOf(collector)).toEqual([{ ...view, revokedAt: startAt }]);
  });

  test('is found in the list by a filter, page by page', async () => {
    const collector = await start();
    const [one] = [
      await makeTokenAt(collector.url, { scope: 'read', name: 'one' }),
      await makeTokenAt(collector.url, { scope: 'read', name: 'two' }),
      await makeTokenAt(collector.url, { scope: 'ingest', name: 'three' }),
    ];
    await revoke(collector, one.view.id);
    const list = (query: string): Promise<ListAnswer<TokenView>> =>
      getJson(`${collector.url}/api/v1/tokens?${query}`, { headers: bearer(masterToken) });
    const names = async (filter: string): Promise<string[]> =>
      (await list(`filter=${encodeURIComponent(filter)}`)).items.map(({ name }) => name);
    expect(await names('kind:read state:live')).toEqual(['two']);
    expect(await names('-state:live')).toEqual(['one']);
    expect(await names('svc:checkout')).toEqual(['three']);
    const { items, nextCursor = '' } = await list('limit=2');
    const rest = await list(`limit=2&cursor=${nextCursor}`);
    expect([...items, ...rest.items].map(({ name }) => name)).toEqual(['one', 'two', 'three']);
  });

  test('survives a restart, and so does its end', async () => {
    const scope = scopeOfTest();
    const first = await startTestCollector(scope, { token: masterToken });
    const good = await makeTokenAt(first.url, { scope: 'read', name: 'good' });
    const ended = await makeTokenAt(first.url, { scope: 'read', name: 'ended' });
    expect(await revoke(first, ended.view.id)).toBe(200);
    expect(await statusWith(good.token, `${first.url}/api/v1/status`)).toBe(200);
    await first.close();
    const { dataDir, clock } = first;
    const next = await startTestCollector(scope, { token: masterToken, dataDir, clock });
    expect(await statusWith(good.token, `${next.url}/api/v1/status`)).toBe(200);
    expect(await statusWith(ended.token, `${next.url}/api/v1/status`)).toBe(401);
    expect((await tokensOf(next))[0]).toEqual({ ...good.view, lastUsedAt: startAt });
  });

  test('is stored as its hash only, and told in no log', async () => {
    const collector = await start();
    const { token } = await makeTokenAt(collector.url, { scope: 'admin', name: 'ann' });
    expect(await statusWith(token, `${collector.url}/api/v1/status`)).toBe(200);
    await collector.close();
    const secret = token.split('_')[3] ?? '';
    expect(secret).toHaveLength(64);
    const file = await readFile(path.join(collector.dataDir, 'holdfast.db'));
    expect(file.includes(secret)).toBe(false);
    expect(file.includes(Buffer.from(secret, 'hex'))).toBe(false);
    expect(collector.said.join('\n')).not.toContain(secret);
  });

  test('can be there twice a name, not three times', async () => {
    const collector = await start();
    const first = await makeTokenAt(collector.url, { scope: 'read', name: 'ci' });
    await makeTokenAt(collector.url, { scope: 'read', name: 'ci' });
    const third = makeTokenAt(collector.url, { scope: 'read', name: 'ci' });
    await expect(third).rejects.toThrow('answered 409');
    await revoke(collector, first.view.id);
    await makeTokenAt(collector.url, { scope: 'read', name: 'ci' });
  });

  test.each([
    [{ scope: 'ingest', services: undefined }, 'services'],
    [{ scope: 'read', services: 'checkout' }, 'services'],
    [{ scope: 'ingest', services: 'a/b' }, 'services'],
    [{ scope: 'read', name: 'a/b' }, 'name'],
    [{ scope: 'read', expiresInMs: 1 }, 'expiresInMs'],
    [{ scope: 'read', expiresInMs: 367 * dayMs }, 'expiresInMs'],
    [{ scope: 'root' }, 'scope'],
  ])('is refused with the field that is wrong: %j', async (request, field) => {
    const { url } = await start();
    const body = { name: 'x', ...ann, ...request };
    const answer = await fetch(`${url}/api/v1/tokens`, {
      method: 'POST',
      headers: { ...bearer(masterToken), 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect([answer.status, await answer.json()]).toMatchObject([400, { field }]);
  });

  test('that is made or ended stands in the audit', async () => {
    const collector = await start();
    const { view } = await makeTokenAt(collector.url, { scope: 'admin', name: 'root' });
    await revoke(collector, view.id);
    expect(await auditOf(collector)).toMatchObject([
      { action: 'token.revoked', target: 'root', by: 'ann', version: 0 },
      { action: 'token.created', target: 'root', by: 'ann', to: `admin ${view.id}` },
    ]);
  });

  test('gives its name to what is done with it', async () => {
    const collector = await start();
    const agent = await WireAgent.connect(scopeOfTest(), collector.url, bearer(masterToken));
    agent.send(helloWith());
    await agent.next('welcome');
    agent.send(batchWith(1, flagLevels(true)));
    await agent.acknowledged(1);
    const { token } = await makeTokenAt(collector.url, { scope: 'operate', name: 'bob-laptop' });
    const url = `${collector.url}/api/v1/flags/reviews/override`;
    expect(await statusWith(token, url, { method: 'PUT', body: { ...ann, value: false } })).toBe(200);
    expect((await auditOf(collector))[0]).toMatchObject({ action: 'flag.set', by: 'bob-laptop' });
  });

  test('that is given must be good, also where none is asked for', async () => {
    const { url } = await startTestCollector(scopeOfTest());
    expect(await statusWith('wrong', `${url}/api/v1/status`)).toBe(401);
    expect((await fetch(`${url}/api/v1/status`)).status).toBe(200);
  });
});

describe('a live socket', () => {
  test('is closed within a second of the end of its token', async () => {
    const scope = scopeOfTest();
    const collector = await start();
    const reader = await makeTokenAt(collector.url, { scope: 'read' });
    const sender = await makeTokenAt(collector.url, { scope: 'ingest', expiresInMs: 60_000 });
    const address = `${collector.url.replace('http', 'ws')}/api/v1/live`;
    const live = new WebSocket(address, liveSubprotocol, { headers: bearer(reader.token) });
    scope.onEnd(() => live.terminate());
    const codes: number[] = [];
    live.on('close', (code) => codes.push(code));
    await new Promise((resolve) => live.once('message', resolve));
    const agent = await WireAgent.connect(scope, collector.url, bearer(sender.token));
    agent.send(helloWith());
    await agent.next('welcome');
    await revoke(collector, reader.view.id);
    await waitFor(() => codes[0], { what: 'the live socket to close', withinMs: 1_000 });
    expect(codes).toEqual([4401]);
    await collector.clock.advance(30_000);
    agent.send({ type: 'ping', sentAt: 1 }); // silence would end it before
    await agent.next('pong');
    await collector.clock.advance(31_000);
    expect((await agent.waitForClose()).code).toBe(4401);
  });
});

describe('an agent', () => {
  test('in the name of another service is refused, counted and audited', async () => {
    const scope = scopeOfTest();
    const collector = await start();
    const { token, view } = await makeTokenAt(collector.url, { scope: 'ingest', services: 'shop-*' });
    for (const service of ['checkout', 'payments']) {
      const agent = await WireAgent.connect(scope, collector.url, bearer(token));
      agent.send(helloWith({ service }));
      agent.send(batchWith(1, rollupsOf({ success: 1 })));
      const { problem } = await agent.next('refused');
      expect(problem).toBe(`the token is for the services shop-*, not for the service ${service}`);
      expect((await agent.waitForClose()).code).toBe(4403);
    }
    const agent = await WireAgent.connect(scope, collector.url, bearer(token));
    agent.send(helloWith({ service: 'shop-checkout' }));
    await agent.next('welcome');
    expect((await tokensOf(collector)).find(({ id }) => id === view.id)?.refusedCount).toBe(2);
    const rows = (await auditOf(collector)).filter(({ action }) => action === 'agent.refused');
    expect(rows).toMatchObject([{ target: 'checkout', by: 'ingest', from: 'shop-*', via: 'collector' }]);
    const headers = bearer(masterToken);
    const services = await getJson<ListAnswer<object>>(`${collector.url}/api/v1/services`, { headers });
    expect(services.items).toMatchObject([{ service: 'shop-checkout' }]);
  });
});
