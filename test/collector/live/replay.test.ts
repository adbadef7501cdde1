import { FakeClock } from '@holdfast/agent/testing';
import {
  closeCodes,
  type ErrorView,
  type FlagView,
  type LiveView,
  type ResourceView,
} from '@holdfast/shared';
import { expect, test } from 'vitest';
import { openSqliteStore } from '../../../collector/src/store/sqlite-event-store.ts';
import { getJson } from '../../support/http.ts';
import { scopeOfTest } from '../../support/scope.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitFor } from '../../support/wait-for.ts';
import { type LiveReader, readLive } from '../support/live-reader.ts';
import { logOf } from '../support/log-of-a-day.ts';
import { startTestCollector, type TestCollector } from '../support/start-collector.ts';
import { startAt } from '../support/wire-agent.ts';

const logLength = 400;

/** A collector with a past, a minute after its last entry. */
async function startWithPast(scope = scopeOfTest()): Promise<{
  readonly collector: TestCollector;
  readonly endsAt: number;
  readonly connect: (more?: Parameters<typeof readLive>[2]) => Promise<LiveReader>;
}> {
  const dataDir = await temporaryFolder(scope);
  const entries = logOf(7, logLength);
  const endsAt = (entries.at(-1)?.at ?? startAt) + 60_000;
  const clock = new FakeClock(endsAt);
  const store = await openSqliteStore(dataDir, undefined, { clock, log: () => {} });
  await store.append(entries);
  await store.close();
  const collector = await startTestCollector(scope, { dataDir, clock });
  return { collector, endsAt, connect: (more) => readLive(scope, collector.url, more) };
}

const question = (at: number, speed: number): { question: { at: string; speed: number } } => ({
  question: { at: String(at), speed },
});

/** Lets the replay take steps until the reader has heard one more message. */
async function nextMessage(collector: TestCollector, reader: LiveReader): Promise<void> {
  const before = reader.messages.length;
  await waitFor(
    async () => {
      await collector.clock.advance(50);
      return reader.messages.length > before;
    },
    { what: 'the next message' },
  );
}

async function pastOf(url: string, at: number): Promise<Partial<LiveView>> {
  const list = async <T>(path: string): Promise<T[]> =>
    (await getJson<{ items: T[] }>(`${url}/api/v1/${path}?at=${at}&limit=1000`)).items;
  const resources = await list<ResourceView>('resources');
  return {
    resources: resources.toSorted(byAddress),
    flags: await list<FlagView>('flags'),
    errors: await list<ErrorView>('errors'),
  };
}

function byAddress(a: ResourceView, b: ResourceView): number {
  return a.address < b.address ? -1 : 1;
}

test('a replay says of each moment what the API says of it', async () => {
  const { collector, connect } = await startWithPast();
  const reader = await connect(question(startAt + 20_500, 40));
  for (let step = 0; step < 12; step++) {
    const view = reader.view();
    expect(view.replay).toEqual({ speed: 40 });
    const { resources, flags, errors } = view;
    expect({ resources: resources.toSorted(byAddress), flags, errors }, `at ${view.at}`).toEqual(
      await pastOf(collector.url, view.at),
    );
    await nextMessage(collector, reader);
  }
  expect(reader.view().at).toBe(startAt + 20_500 + 12 * 10_000);
});

test('every message of a replay is marked, until now is reached', async () => {
  const { collector, connect, endsAt } = await startWithPast();
  const reader = await connect(question(endsAt - 120_000, 120));
  expect(await getJson(`${collector.url}/api/v1/live/readers`)).toMatchObject({ replays: 1, questions: 0 });
  while (reader.view().replay !== undefined) await nextMessage(collector, reader);
  const now = reader.messages.findIndex((message) => message.replay === undefined);
  expect(reader.messages[now]).toMatchObject({ type: 'snapshot', cursor: expect.any(String) as string });
  expect(now).toBeGreaterThanOrEqual(4);
  expect(reader.messages.slice(0, now).every(({ cursor }) => cursor === undefined)).toBe(true);
  await nextMessage(collector, reader);
  expect(reader.view().at).toBeGreaterThan(endsAt);
  expect(await getJson(`${collector.url}/api/v1/live/readers`)).toMatchObject({ replays: 0, questions: 1 });
});

test('a reader goes to the past and back by asking', async () => {
  const { collector, connect } = await startWithPast();
  const reader = await connect();
  reader.socket.send(
    JSON.stringify({ type: 'subscribe', at: startAt + 60_000, speed: 0.5, q: 'svc:checkout' }),
  );
  await waitFor(() => reader.view().replay !== undefined, { what: 'the past' });
  expect(new Set(reader.view().resources.map((one) => one.service))).toEqual(new Set(['checkout']));
  await nextMessage(collector, reader);
  expect(reader.view().at).toBe(startAt + 60_125);
  reader.socket.send(JSON.stringify({ type: 'subscribe' }));
  await waitFor(() => reader.view().replay === undefined, { what: 'the present' });
  expect(await getJson(`${collector.url}/api/v1/live/readers`)).toMatchObject({ replays: 0, questions: 1 });
});

test.each([
  ['tomorrow', 'at', /must be epoch milliseconds/],
  [String(startAt - 1), 'at', /must not be before/],
  [String(startAt + 1e9), 'at', /must not be in the future/],
])('no replay begins at %s', async (at, field, detail) => {
  const { connect } = await startWithPast();
  const reader = await connect({ question: { at } });
  expect(reader.refusals[0]).toMatchObject({ field, detail: expect.stringMatching(detail) as string });
  await expect.poll(() => reader.closed?.code).toBe(closeCodes.refused);
});

test('only so many replays run at once', async () => {
  const { collector, connect } = await startWithPast();
  const readers = await Promise.all(Array.from({ length: 8 }, () => connect(question(startAt + 60_000, 1))));
  const refused = await connect(question(startAt + 60_000, 1));
  expect(refused.refusals[0]?.detail).toContain('8 replays are under way already');
  readers[0]?.socket.terminate();
  await expect.poll(() => getJson(`${collector.url}/api/v1/live/readers`)).toMatchObject({ replays: 7 });
  expect((await connect(question(startAt + 60_000, 1))).view().replay).toEqual({ speed: 1 });
});
