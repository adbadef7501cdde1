import { closeCodes, parseFilter } from '@holdfast/shared';
import { expect, test } from 'vitest';
import { getJson, sendJson } from '../../support/http.ts';
import { scopeOfTest } from '../../support/scope.ts';
import { waitFor } from '../../support/wait-for.ts';
import { type LiveReader, readLive } from '../support/live-reader.ts';
import { startTestCollector, type TestCollector } from '../support/start-collector.ts';
import { bearer, makeTokenAt, masterToken, statusWith } from '../support/tokens.ts';
import { batchWith, flagLevels, openedEvent, rollupsOf, startAt, WireAgent } from '../support/wire-agent.ts';

const names = ['payments', 'inventory', 'reviews'] as const;
const addressOf = (name: string): string => `checkout/circuit_breaker/${name}`;

/** A collector with an agent that has three breakers. */
async function startWithBreakers(scope = scopeOfTest()): Promise<{
  readonly collector: TestCollector;
  readonly agent: WireAgent;
  readonly connect: (more?: Parameters<typeof readLive>[2]) => Promise<LiveReader>;
  /** Sends a batch and lets it be told. */
  readonly happen: (more: object) => Promise<void>;
}> {
  const collector = await startTestCollector(scope);
  const agent = await WireAgent.introduce(scope, collector.url);
  const add = names.map((name) => ({ kind: 'circuit_breaker' as const, name }));
  agent.send(batchWith(1, { dictionary: { from: 0, add } }));
  await agent.acknowledged(1);
  let seq = 1;
  return {
    collector,
    agent,
    connect: (more) => readLive(scope, collector.url, more),
    async happen(more) {
      seq++;
      agent.send(batchWith(seq, more));
      await agent.acknowledged(seq);
      await collector.clock.advance(1_000);
    },
  };
}

const callsOf = (resource: number, success: number): object =>
  rollupsOf({ success }, { resource, second: startAt / 1_000 });

test('a filter lets in what fits, and out what no longer does', async () => {
  const { collector, connect, happen } = await startWithBreakers();
  const open = await connect({ question: { q: 'state:open' } });
  const all = await connect();
  expect(open.view().resources).toEqual([]);
  await happen({ events: [openedEvent(startAt)] });
  await expect.poll(() => open.view().resources.map((one) => one.address)).toEqual([addressOf('payments')]);
  await happen(callsOf(1, 5));
  await waitFor(() => all.view().resources.some((one) => one.rates.callsPerSecond > 0), {
    what: 'the calls',
  });
  expect(open.messages.flatMap((one) => ('figures' in one ? [one.figures] : []))).toEqual([]);
  await happen(flagLevels(true)); // and the breaker closed
  await expect.poll(() => open.view().resources).toEqual([]);
  const expected = await getJson<{ items: unknown[] }>(`${collector.url}/api/v1/events?filter=state:open`);
  expect(open.view().events).toEqual(expected.items);
});

test.each([
  ['rps>0.2', [addressOf('inventory')]],
  ['svc:checkout name:re*', [addressOf('reviews')]],
  ['-name:reviews', [addressOf('payments'), addressOf('inventory')]],
  ['flag:degraded', []],
])('the feed of %s is the list of the same filter', async (q, expected) => {
  const { collector, connect, happen } = await startWithBreakers();
  const reader = await connect({ question: { q } });
  await happen(callsOf(1, 5));
  await happen(flagLevels(true));
  for (const path of ['resources', 'flags', 'agents', 'errors'] as const) {
    if (!parseFilter(q, path).ok) continue; // a list that has no such field
    const url = `${collector.url}/api/v1/${path}?filter=${encodeURIComponent(q)}`;
    const { items } = await getJson<{ items: unknown[] }>(url);
    await expect.poll(() => reader.view()[path]).toHaveLength(items.length);
  }
  expect(reader.view().resources.map((one) => one.address)).toEqual(expected);
});

test('errors come and go with the state of where they were seen', async () => {
  const { connect, happen } = await startWithBreakers();
  const reader = await connect({ question: { q: 'state:open' } });
  const times = { firstAt: startAt, lastAt: startAt };
  const error = { resource: 0, class: 'transient', fingerprint: '1:x', count: 1, ...times } as const;
  await happen({ errors: [error] });
  expect(reader.view().errors).toEqual([]);
  await happen({ events: [openedEvent(startAt)] });
  await expect.poll(() => reader.view().errors.map((one) => one.fingerprint)).toEqual(['1:x']);
  await happen(flagLevels(true)); // and the breaker closed
  await expect.poll(() => reader.view().errors).toEqual([]);
});

test('readers of the same filter share one question', async () => {
  const { collector, connect, happen } = await startWithBreakers();
  const readers = await Promise.all(
    ['', ' ', 'name:payments', 'name:payments'].map((q) => connect({ question: { q } })),
  );
  await happen(callsOf(0, 3));
  expect(await getJson(`${collector.url}/api/v1/live/readers`)).toMatchObject({ readers: 4, questions: 2 });
  await expect
    .poll(() => readers.map((one) => one.messages.at(-1)?.cursor === readers[0]?.messages.at(-1)?.cursor))
    .toEqual([true, true, false, false]);
});

test('who comes back soon hears only what changed meanwhile', async () => {
  const { collector, connect, happen } = await startWithBreakers();
  const first = await connect();
  await happen(callsOf(0, 3));
  await expect.poll(() => first.view().resources[0]?.rates.callsPerSecond).toBe(0.3);
  first.socket.terminate();
  await expect.poll(() => getJson(`${collector.url}/api/v1/live/readers`)).toMatchObject({ readers: 0 });
  const from = first.view();
  await happen(callsOf(1, 7));
  await sendJson('PUT', `${collector.url}/api/v1/resources/checkout/circuit_breaker/reviews/override`, {
    state: 'forced_open',
    by: 'ann',
    via: 'web',
  });
  await collector.clock.advance(1_000);
  const again = await connect({ question: { cursor: from.cursor ?? '' }, from });
  const [missed] = again.messages;
  expect(missed).toMatchObject({
    type: 'delta',
    resources: [{ address: addressOf('inventory') }],
    audit: [{ target: 'checkout/reviews' }],
  });
  const fresh = await connect();
  const { resources, audit, events, flags, agents, at } = fresh.view();
  expect(again.view()).toMatchObject({ audit, events, flags, agents, at });
  expect(again.view().resources).toEqual(resources);
});

test.each([
  ['that is too old', 61_000, (cursor: string) => cursor],
  ['of another question', 0, (cursor: string) => cursor.replace(/\d+\.(\d+)$/, '99.$1')],
  ['of the future', 0, (cursor: string) => `${cursor}99`],
  ['that is none', 0, () => 'x'],
])('a cursor %s gets a snapshot', async (_what, awayMs, altered) => {
  const { collector, connect } = await startWithBreakers();
  const first = await connect();
  const cursor = first.view().cursor ?? '';
  first.socket.terminate();
  await expect.poll(() => getJson(`${collector.url}/api/v1/live/readers`)).toMatchObject({ readers: 0 });
  await collector.clock.advance(awayMs);
  const again = await connect({ question: { cursor: altered(cursor) } });
  expect(again.messages[0]?.type).toBe('snapshot');
});

test('a wrong question is refused with the place, and ends the connection', async () => {
  const { connect } = await startWithBreakers();
  const reader = await connect({ question: { q: 'stat:open' } });
  expect(reader.refusals).toEqual([
    { type: 'refused', field: 'q', detail: expect.stringContaining('wrong at character 1') as string },
  ]);
  const other = await connect({ question: { q: 'svc:a state:opn' } });
  expect(other.refusals).toMatchObject([
    { field: 'q', detail: expect.stringContaining('did you mean open') as string },
  ]);
  await expect.poll(() => reader.closed?.code).toBe(closeCodes.refused);
});

test('another question replaces the first one; a wrong one leaves it', async () => {
  const { connect, happen } = await startWithBreakers();
  const reader = await connect();
  reader.socket.send(JSON.stringify({ type: 'subscribe', q: 'name:reviews' }));
  await expect.poll(() => reader.view().resources.map((one) => one.name)).toEqual(['reviews']);
  for (const wrong of [
    '{',
    '{"type":"hello"}',
    '{"type":"subscribe","q":"err>x"}',
    '{"type":"subscribe","speed":0}',
  ]) {
    const before = reader.refusals.length;
    reader.socket.send(wrong);
    await waitFor(() => reader.refusals.length > before, { what: `the refusal of ${wrong}` });
  }
  await happen(callsOf(2, 4));
  await expect.poll(() => reader.view().resources[0]?.rates.callsPerSecond).toBe(0.4);
  expect(reader.closed).toBeUndefined();
});

test('who sends too much is shown the door', async () => {
  const { connect } = await startWithBreakers();
  const reader = await connect();
  for (let sent = 0; sent <= 100; sent++) reader.socket.send('{"type":"subscribe"}');
  await expect.poll(() => reader.closed).toEqual({ code: closeCodes.refused, reason: 'too many messages' });
});

test('a question after the token has ended gets no answer', async () => {
  const scope = scopeOfTest();
  const collector = await startTestCollector(scope, { token: masterToken });
  const { token, view } = await makeTokenAt(collector.url, { scope: 'read', name: 'reader' });
  const reader = await readLive(scope, collector.url, { headers: bearer(token) });
  const heard = reader.messages.length;
  const body = { by: 'ann', via: 'api' };
  await statusWith(masterToken, `${collector.url}/api/v1/tokens/${view.id}`, { method: 'DELETE', body });
  reader.socket.send('{"type":"subscribe"}');
  await expect.poll(() => reader.closed?.code).toBe(closeCodes.unauthorised);
  expect(reader.messages).toHaveLength(heard);
});
