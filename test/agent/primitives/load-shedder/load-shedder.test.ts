import { createAgent, type LoadShedderOptions } from '@holdfast/agent';
import { describe, expect, test } from 'vitest';
import { hang } from '../../support/breaker.ts';
import { all, createShedder, letIn, type ShedderUnderTest } from '../../support/shedder.ts';

const shed = { code: 'HOLDFAST_LOAD_SHED' };

describe('concurrency', () => {
  test('sheds by how many calls are under way, the least important first', async () => {
    const { shedder, telemetry } = createShedder({ concurrency: { limit: 4 } });
    const calls = [1, 2, 3].map(() => hang((fn) => shedder.execute(fn, { priority: 'critical' })));
    expect(await letIn(shedder)).toEqual(['normal', 'high', 'critical']);
    expect(telemetry.gauges('load_shedder/orders')).toEqual({ in_flight: 3, limit: 4 });
    calls.push(hang((fn) => shedder.execute(fn)));
    expect(await letIn(shedder)).toEqual(['high', 'critical']);
    await expect(shedder.execute(() => 'never')).rejects.toMatchObject({
      ...shed,
      message: 'load shedder "orders" sheds normal calls: 4 calls are under way',
    });
    for (let call = 0; call < 2; call++)
      calls.push(hang((fn) => shedder.execute(fn, { priority: 'critical' })));
    expect(await letIn(shedder)).toEqual(['critical']);
    for (let call = 0; call < 2; call++)
      calls.push(hang((fn) => shedder.execute(fn, { priority: 'critical' })));
    expect(await letIn(shedder)).toEqual([]);
    for (const call of calls) call.resolve('done');
    await Promise.all(calls.map(({ answer }) => answer));
    expect(await letIn(shedder)).toEqual(all);
  });
});

describe('queue time', () => {
  /** Calls every 10 ms that have waited so long; how many were let in. */
  async function come({ shedder, clock }: ShedderUnderTest, waitMs: number, count: number): Promise<number> {
    let inCount = 0;
    for (let call = 0; call < count; call++) {
      await shedder
        .execute(() => (inCount += 1), { enqueuedAt: clock.now() - waitMs })
        .catch(() => undefined);
      await clock.advance(10);
    }
    return inCount;
  }

  test('a burst of less than an interval is let through', async () => {
    const test = createShedder({ queueTime: {} });
    expect(await come(test, 50, 9)).toBe(9);
    expect(await come(test, 1, 1)).toBe(1);
    expect(await come(test, 50, 9)).toBe(9);
  });

  test('sheds when every call of an interval waited too long', async () => {
    const test = createShedder({ queueTime: {} });
    expect(await come(test, 50, 10)).toBe(10);
    expect(await come(test, 50, 10)).toBe(1); // the first of the interval
    const { shedder, clock } = test;
    await come(test, 50, 1);
    await expect(shedder.execute(() => 'never', { enqueuedAt: clock.now() - 20 })).rejects.toMatchObject({
      ...shed,
      message: 'load shedder "orders" sheds normal calls: calls wait 20 ms for their turn',
      retryAfterMs: 90,
    });
  });

  test('under overload, waits below twice the target are let in', async () => {
    const test = createShedder({ queueTime: { targetMs: 20, intervalMs: 50 } });
    await come(test, 60, 6);
    const { shedder, clock } = test;
    expect(await letIn(shedder, { enqueuedAt: clock.now() - 29 })).toEqual(all);
    expect(await letIn(shedder, { enqueuedAt: clock.now() - 31 })).toEqual(['normal', 'high', 'critical']);
    expect(await letIn(shedder, { enqueuedAt: clock.now() - 60 })).toEqual(['critical']);
    expect(await letIn(shedder, { enqueuedAt: clock.now() - 80 })).toEqual([]);
  });

  test('ends when calls need not wait any more, or none come', async () => {
    const test = createShedder({ queueTime: {} });
    await come(test, 50, 15);
    await come(test, 2, 10);
    expect(await come(test, 50, 5)).toBe(5);
    await come(test, 50, 15);
    await test.clock.advance(1_000);
    expect(await come(test, 50, 5)).toBe(5);
  });
});

describe('event-loop lag', () => {
  interface Lagging extends ShedderUnderTest {
    /** Calls come, then a timer is that late. */
    readonly sample: (lateMs: number, times?: number) => Promise<void>;
  }

  function createLagging(): Lagging {
    let lagMs = 0;
    const test = createShedder({ eventLoopLag: { limitMs: 100 } }, { lagMs: () => lagMs });
    const sample = async (lateMs: number, times = 1): Promise<void> => {
      for (let time = 0; time < times; time++) {
        await letIn(test.shedder);
        await test.clock.advance(19);
        lagMs += lateMs;
        await test.clock.advance(1);
      }
    };
    return { ...test, sample };
  }

  test('sheds while timers are late again and again, the least important first', async () => {
    const { shedder, sample } = createLagging();
    await sample(120, 3);
    expect(await letIn(shedder)).toEqual(all);
    await sample(120);
    expect(await letIn(shedder)).toEqual(['normal', 'high', 'critical']);
    await sample(120, 30);
    expect(await letIn(shedder)).toEqual(['high', 'critical']);
    await expect(shedder.execute(() => 'never')).rejects.toMatchObject({
      ...shed,
      message: 'load shedder "orders" sheds normal calls: the event loop lags 120 ms',
      retryAfterMs: 20,
    });
    await sample(300, 30);
    expect(await letIn(shedder)).toEqual([]);
    await sample(1, 10);
    expect(await letIn(shedder)).toEqual(all);
  });

  test('a single pause sheds nothing', async () => {
    const { shedder, sample } = createLagging();
    await sample(1, 10);
    await sample(290);
    expect(await letIn(shedder)).toEqual(all);
  });

  test('measures only while calls come', async () => {
    const { shedder, clock, sample } = createLagging();
    await sample(500, 10);
    await clock.advance(60_000); // after one more sample it stops
    expect(await letIn(shedder)).toEqual(all);
  });
});

test('shedding is told when it begins and when it ended', async () => {
  const { shedder, clock, telemetry } = createShedder({ concurrency: { limit: 1 } });
  const running = hang((fn) => shedder.execute(fn));
  for (let call = 0; call < 3; call++) await shedder.execute(() => 'never').catch(() => undefined);
  expect(telemetry.events).toEqual([{ kind: 'load_shedder.started', count: 0 }]);
  running.resolve('done');
  await clock.advance(20_000);
  expect(telemetry.events.at(-1)).toEqual({ kind: 'load_shedder.stopped', count: 3 });
});

test.each([
  [{}, /at least one of clientThrottle, queueTime, eventLoopLag, concurrency, got an object/],
  [{ concurrency: {} }, '`concurrency.limit` must be a number, got nothing'],
  [{ clientThrottle: { k: 0.5 } }, '`clientThrottle.k` must be between 1 and 1000, got 0.5'],
  [{ queueTime: { target: 5 } }, '`queueTime.target` is not an option; did you mean `targetMs`?'],
  [{ eventLoopLag: { limitMs: 'x' } }, '`eventLoopLag.limitMs` must be a number, got "x"'],
  [{ eventloopLag: {} }, '`eventloopLag` is not an option; did you mean `eventLoopLag`?'],
])('options %j are refused by name', (options, message) => {
  const agent = createAgent({ service: 'shop', collector: false });
  expect(() => agent.loadShedder('orders', options as LoadShedderOptions)).toThrow(message);
});
