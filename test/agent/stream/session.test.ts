import { countIndex } from '@holdfast/shared';
import { describe, expect, test } from 'vitest';
import { connectedStream, createTestStream } from '../support/stream.ts';
import { FakeClock, MemoryCollector } from '@holdfast/agent/testing';

const startAt = 1_700_000_000_000;
const breaker = { kind: 'circuit_breaker', name: 'payments' } as const;

describe('a healthy connection', () => {
  test('begins with a complete batch of levels', async () => {
    const { collector } = await connectedStream();
    expect(collector.hellos).toMatchObject([{ service: 'shop', epoch: 'e1', first: 1, next: 1 }]);
    expect(collector.batches).toMatchObject([{ seq: 1, levels: { complete: true } }]);
    expect(collector.problems).toEqual([]);
  });

  test('sends what was counted once a second', async () => {
    const { collector, clock, recorder } = await connectedStream();
    const meter = recorder.meter(breaker);
    for (let second = 0; second < 3; second++) {
      meter.count(countIndex.success);
      await clock.advance(1_000);
    }
    expect(collector.totals('circuit_breaker', 'payments')).toEqual({ success: 3 });
    expect(new Set(collector.rollups.map(({ second }) => second)).size).toBe(3);
  });

  test('sends a change of state within 20 ms', async () => {
    const { collector, clock, recorder } = await connectedStream();
    recorder.emit({ kind: 'config.changed', changes: ['a'] });
    recorder.emit({ kind: 'config.changed', changes: ['b'] });
    await clock.advance(20);
    expect(collector.events).toHaveLength(2);
    expect(collector.batches).toHaveLength(2);
  });

  test('frees a batch once it is acknowledged', async () => {
    const { outbox } = await connectedStream();
    expect(outbox.unackedCount).toBe(0);
    expect(outbox.first).toBe(2);
  });

  test('is quiet while nothing happens', async () => {
    const { collector, clock } = await connectedStream();
    await clock.advance(10_000);
    expect(collector.batches).toHaveLength(1);
  });

  test('learns how far the clocks are apart', async () => {
    const collector = new MemoryCollector({ clock: new FakeClock(1_700_000_005_000) });
    const stream = createTestStream(collector);
    stream.session.start();
    await stream.clock.advance(0);
    expect(stream.collectorClock.offsetMs).toBe(5_000);
  });
});

test.each([3_600_000, -3_600_000])(
  'greets anew where its clock was set meanwhile, by %i ms',
  async (byMs) => {
    let isSet = (): boolean => false;
    class SetClock extends FakeClock {
      override now(): number {
        return super.now() + (isSet() ? byMs : 0);
      }
    }
    const clock = new SetClock(startAt);
    const collector = new MemoryCollector({ clock });
    isSet = () => collector.hellos.length > 0; // after the first has left, before its answer
    const { session } = createTestStream(collector, { clock });
    session.start();
    await clock.advance(0);
    expect(session.problem).toBe('a clock was set');
    await clock.advance(60_000);
    expect(session.state).toBe('live');
    const [first = 0, second = 0] = collector.hellos.map(({ sentAt }) => sentAt);
    expect(first).toBe(startAt);
    expect(Math.abs(second - startAt - byMs)).toBeLessThan(60_000);
  },
);

describe('after a cut', () => {
  test('resends what was not acknowledged, and the collector stores it once', async () => {
    const { collector, clock, recorder, outbox } = await connectedStream();
    recorder.meter(breaker).count(countIndex.failure);
    collector.stall();
    await clock.advance(1_000);
    expect(outbox.unackedCount).toBe(1);
    collector.drop();
    collector.accept();
    await clock.advance(60_000);
    expect(collector.hellos.at(-1)).toMatchObject({ first: 2, next: 3 });
    expect(collector.totals('circuit_breaker', 'payments')).toEqual({ failure: 1 });
    expect(outbox.unackedCount).toBe(0);
    expect(collector.problems).toEqual([]);
  });

  test('does not double what was stored without an acknowledgement', async () => {
    const { collector, clock, recorder } = await connectedStream();
    recorder.meter(breaker).count(countIndex.failure);
    collector.loseAnswers();
    await clock.advance(1_000);
    collector.drop();
    collector.accept();
    await clock.advance(60_000);
    expect(collector.totals('circuit_breaker', 'payments')).toEqual({ failure: 1 });
    expect(collector.hellos.at(-1)).toMatchObject({ first: 2, next: 3 });
  });

  test('introduces again what the collector has forgotten', async () => {
    const { collector, clock, recorder } = await connectedStream();
    recorder.meter(breaker).count(countIndex.success);
    recorder.meter({ kind: 'retry', name: 'payments' });
    await clock.advance(1_000);
    collector.forget(1);
    collector.drop();
    await clock.advance(60_000);
    expect(collector.resources).toMatchObject([breaker, { kind: 'retry' }]);
    expect(collector.problems).toEqual([]);
  });

  test('sends all levels again', async () => {
    const { collector, clock, recorder } = await connectedStream();
    const flag = {
      flag: 'f',
      value: true,
      defaultValue: true,
      reason: 'STATIC',
      sinceAt: 0,
      bindings: [],
    } as const;
    recorder.levels.enter('flags', () => flag);
    await clock.advance(1_000);
    expect(collector.batches.at(-1)?.levels).toEqual({
      complete: false,
      breakers: [],
      health: [],
      flags: [flag],
    });
    collector.drop();
    await clock.advance(60_000);
    expect(collector.batches.at(-1)?.levels).toEqual({
      complete: true,
      breakers: [],
      health: [],
      flags: [flag],
    });
  });

  test('comes back after a random time that grows with each failure', async () => {
    const { collector, clock, session } = await connectedStream({ random: () => 0.999 });
    collector.refuse();
    await clock.advance(120_000);
    const attempts = collector.attemptCount;
    expect(session.state).toBe('waiting');
    await clock.advance(29_000);
    expect(collector.attemptCount - attempts).toBeLessThanOrEqual(1);
    collector.accept();
    await clock.advance(31_000);
    expect(session.state).toBe('live');
  });

  test('stays away as long as the collector asks', async () => {
    const { collector, clock, session } = await connectedStream();
    collector.goAway(120_000);
    await clock.advance(119_000);
    expect(session.state).toBe('waiting');
    await clock.advance(2_000);
    expect(session.state).toBe('live');
    expect(collector.hellos).toHaveLength(2);
  });
});

test('a pong tells how large the crowd has become', async () => {
  const clock = new FakeClock(startAt);
  const collector = new MemoryCollector({ clock });
  const { session } = createTestStream(
    {
      connect: (listener) =>
        collector.connect({
          ...listener,
          opened: () => listener.opened(),
          closed: (end) => listener.closed(end),
          frame: (text) =>
            listener.frame(text.replace('"pong"', '"pong","spread":{"agents":10000,"perSecond":500}')),
        }),
    },
    { clock },
  );
  session.start();
  await clock.advance(15_500);
  collector.drop();
  await clock.advance(9_900); // half of the 20 s that so many take
  expect(session.state).toBe('waiting');
  await clock.advance(200);
  expect(session.state).toBe('live');
});

describe('a collector that does not answer', () => {
  test('is left after two heartbeats of silence', async () => {
    const { collector, clock, session } = await connectedStream();
    collector.stall();
    await clock.advance(29_000);
    expect(session.state).toBe('live');
    await clock.advance(3_000);
    expect(session.problem).toMatch(/silent for 31 s/);
  });

  test('is left when a batch is not acknowledged for 10 s', async () => {
    const { collector, clock, recorder, session } = await connectedStream();
    collector.stall();
    recorder.emit({ kind: 'agent.started' });
    await clock.advance(12_500);
    expect(session.problem).toMatch(/no acknowledgement for 11 s/);
  });

  test('is left when it does not greet within 10 s', async () => {
    const clock = new FakeClock(1_700_000_000_000);
    const collector = new MemoryCollector({ clock });
    collector.stall();
    const { session } = createTestStream(collector, { clock });
    session.start();
    await clock.advance(10_000);
    expect(session.state).toBe('waiting');
    expect(session.problem).toMatch(/its welcome did not come/);
  });

  test('is kept alive by pings', async () => {
    const { collector, clock, session } = await connectedStream();
    await clock.advance(300_000);
    expect(session.state).toBe('live');
    expect(collector.hellos).toHaveLength(1);
  });

  test('is not left because this process was blocked', async () => {
    const { clock, session } = await connectedStream();
    clock.setTimeout(() => blockFor(clock, 60_000), 500);
    await clock.advance(2_000);
    expect(session.state).toBe('live');
  });
});

/** Time passes, and no timer runs: what a busy event loop looks like from inside. */
function blockFor(clock: FakeClock, ms: number): void {
  const frozen = clock.monotonic() + ms;
  const now = clock.now() + ms;
  clock.monotonic = () => Math.max(frozen, FakeClock.prototype.monotonic.call(clock));
  clock.now = () => Math.max(now, FakeClock.prototype.now.call(clock));
}
