import type { FleetEvent, ListAnswer, SeriesAnswer } from '@holdfast/shared';
import { describe, expect, test } from 'vitest';
import { getJson } from '../../support/http.ts';
import { scopeOfTest, type Scope } from '../../support/scope.ts';
import { startTestCollector, type TestCollector } from '../support/start-collector.ts';
import { batchWith, openedEvent, rollupsOf, startAt, WireAgent } from '../support/wire-agent.ts';

const series = 'api/v1/resources/checkout/circuit_breaker/payments/series';
const second = startAt / 1_000;

/** A breaker that counted in each of the first seconds as many successes as the number of the second. */
async function withSeconds(scope: Scope, count: number, retentionMs?: number): Promise<TestCollector> {
  const collector = await startTestCollector(scope, retentionMs === undefined ? {} : { retentionMs });
  const agent = await WireAgent.introduce(scope, collector.url);
  for (let seq = 1; seq <= count; seq++) {
    agent.send(
      batchWith(
        seq,
        rollupsOf({ success: seq, timeout: 1 }, { second: second + seq, latency: [100 + seq, 1] }),
      ),
    );
  }
  await agent.acknowledged(count);
  return collector;
}

describe('series', () => {
  test('shows single seconds where the points suffice', async () => {
    const collector = await withSeconds(scopeOfTest(), 5);
    const range = `since=${startAt}&until=${startAt + 7_000}&points=50`;
    const answer = await getJson<SeriesAnswer>(`${collector.url}/${series}?${range}`);
    expect(answer).toMatchObject({
      stepSeconds: 1,
      success: [0, 1, 2, 3, 4, 5, 0],
      timeout: [0, 1, 1, 1, 1, 1, 0],
      failure: [0, 0, 0, 0, 0, 0, 0],
    });
    expect(answer.at).toEqual([0, 1, 2, 3, 4, 5, 6].map((index) => startAt + index * 1_000));
    expect(answer.p50Ms.map((value) => value === null)).toEqual([
      true,
      false,
      false,
      false,
      false,
      false,
      true,
    ]);
  });

  test('is the same before and after its minutes are saved', async () => {
    const collector = await withSeconds(scopeOfTest(), 90);
    const ranges = [
      `since=${startAt}&until=${startAt + 120_000}&points=200`,
      `since=${startAt - 7_200_000}&points=60`,
    ];
    await collector.clock.advance(30_000);
    const before = await Promise.all(ranges.map((range) => getJson(`${collector.url}/${series}?${range}`)));
    await collector.clock.advance(60_000);
    const until = startAt + 30_000;
    const after = await Promise.all(
      [ranges[0], `${ranges[1]}&until=${until}`].map((range) =>
        getJson(`${collector.url}/${series}?${range}`),
      ),
    );
    expect(after).toEqual(before);
    expect(before[1]).toMatchObject({ stepSeconds: 300 });
  });

  test('reads minutes where seconds are no longer kept', async () => {
    const collector = await withSeconds(scopeOfTest(), 90);
    const range = `since=${startAt - 90_000_000}&until=${startAt + 180_000}&points=2000`;
    const answer = await getJson<SeriesAnswer>(`${collector.url}/${series}?${range}`);
    expect(answer.stepSeconds).toBe(60);
    expect(answer.success.filter((count) => count > 0)).toEqual([1_770, 2_325]);
  });

  test('reads hours where minutes are no longer kept', async () => {
    const scope = scopeOfTest();
    const collector = await withSeconds(scope, 90, 7_200_000);
    const sum = (90 * 91) / 2;
    const range = `since=${startAt - 3_600_000}&until=${startAt + 3_600_000}&points=2000`;
    const successes = async (): Promise<{ step: number; sum: number }> => {
      const answer = await getJson<SeriesAnswer>(`${collector.url}/${series}?${range}`);
      return { step: answer.stepSeconds, sum: answer.success.reduce((a, b) => a + b, 0) };
    };
    expect(await successes()).toEqual({ step: 5, sum });
    for (let hour = 0; hour < 4; hour++) {
      await collector.clock.advance(3_600_000);
      await getJson(`${collector.url}/readyz`); // lets what the hour started reach the disk
    }
    expect(await successes()).toEqual({ step: 3_600, sum });
  });

  test('never answers more points than asked', async () => {
    const collector = await withSeconds(scopeOfTest(), 3);
    for (const points of [2, 7, 61, 500]) {
      for (const span of [1_000, 61_500, 3_600_000, 86_400_000, 40 * 86_400_000]) {
        const range = `since=${startAt - span + 333}&until=${startAt + 333}&points=${points}`;
        const answer = await getJson<SeriesAnswer>(`${collector.url}/${series}?${range}`);
        expect.soft(answer.at.length, `${points} points for ${span} ms`).toBeLessThanOrEqual(points);
      }
    }
  });
});

describe('events', () => {
  test('come newest first, page by page, across what is saved', async () => {
    const scope = scopeOfTest();
    const collector = await startTestCollector(scope);
    const agent = await WireAgent.introduce(scope, collector.url);
    for (let seq = 1; seq <= 30; seq++) {
      agent.send(batchWith(seq, { events: [openedEvent(startAt + seq), openedEvent(startAt + seq)] }));
      if (seq === 15) {
        await agent.acknowledged(15);
        await collector.clock.advance(31_000);
        agent.send({ type: 'ping', sentAt: startAt });
        await agent.next('pong');
        await collector.clock.advance(32_000); // past the full minute, so that what is there is saved
      }
    }
    await agent.acknowledged(30);
    const ids: string[] = [];
    let cursor: string | undefined;
    do {
      const page: ListAnswer<FleetEvent> = await getJson(
        `${collector.url}/api/v1/events?limit=7${cursor === undefined ? '' : `&cursor=${cursor}`}`,
      );
      ids.push(...page.items.map((event) => event.id));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(ids).toHaveLength(61);
    expect(new Set(ids).size).toBe(61);
    const numbers = ids.map((id) => Number(id.split('.')[0]) * 1_024 + Number(id.split('.')[1]));
    expect(numbers).toEqual([...numbers].sort((a, b) => b - a));
  });

  test('can begin at a moment', async () => {
    const scope = scopeOfTest();
    const collector = await startTestCollector(scope);
    const agent = await WireAgent.introduce(scope, collector.url);
    agent.send(batchWith(1, { events: [openedEvent(startAt + 5), openedEvent(startAt + 10)] }));
    await agent.acknowledged(1);
    const { items } = await getJson<ListAnswer<FleetEvent>>(
      `${collector.url}/api/v1/events?since=${startAt + 6}`,
    );
    expect(items.map((event) => event.at)).toEqual([startAt + 10]);
  });
});

test('a list is cut into pages that follow each other', async () => {
  const scope = scopeOfTest();
  const collector = await startTestCollector(scope);
  const agent = await WireAgent.introduce(scope, collector.url);
  const add = Array.from({ length: 5 }, (_, index) => ({ kind: 'retry' as const, name: `retry-${index}` }));
  agent.send(batchWith(1, { dictionary: { from: 0, add } }));
  await agent.acknowledged(1);
  const first = await getJson<ListAnswer<{ name: string }>>(`${collector.url}/api/v1/resources?limit=3`);
  const rest = await getJson<ListAnswer<{ name: string }>>(
    `${collector.url}/api/v1/resources?limit=3&cursor=${first.nextCursor}`,
  );
  expect([...first.items, ...rest.items].map((one) => one.name)).toEqual(add.map((one) => one.name));
  expect(rest.nextCursor).toBeUndefined();
});
