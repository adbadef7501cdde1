import { FakeClock, MemoryCollector } from '@holdfast/agent/testing';
import { describe, expect, test } from 'vitest';
import { connectedStream, countCalls, createTestStream } from '../support/stream.ts';

describe('a collector that talks nonsense', () => {
  test.each([
    ['not JSON', 'hello?'],
    ['an acknowledgement of what was never sent', '{"type":"ack","stored":99}'],
    [
      'a second welcome',
      JSON.stringify({
        type: 'welcome',
        stored: 0,
        dictionarySize: 0,
        limits: { batchBytes: 262144, windowBatches: 8 },
        heartbeatMs: 15000,
        now: 0,
      }),
    ],
    ['an unknown message', '{"type":"dance"}'],
  ])('is left, and the fault reported: %s', async (_what, frame) => {
    const { collector, clock, session, faults } = await connectedStream();
    collector.say(frame);
    await clock.advance(0);
    expect(session.state).toBe('waiting');
    expect(faults).toHaveLength(1);
    await clock.advance(60_000);
    expect(session.state).toBe('live');
  });

  test('or refuses us is tried again only after long', async () => {
    const { collector, clock, session, faults } = await connectedStream();
    collector.say('{"type":"refused","problem":"no such service"}');
    await clock.advance(14_000);
    expect(session.problem).toBe('refused: no such service');
    expect(faults).toEqual([new Error('the collector refused us: no such service')]);
    await clock.advance(2_000);
    expect(session.state).toBe('live');
  });

  test('and refuses a batch is believed, and the loss counted', async () => {
    const { collector, clock, session, recorder } = await connectedStream();
    collector.say('{"type":"refused","problem":"broken","seq":1}');
    await clock.advance(1_000);
    expect(session.state).toBe('live');
    expect(recorder.drops.total).toBe(1);
    expect(collector.batches.at(-1)?.dropped).toEqual({ 'batch/refused': 1 });
  });
});

describe('a collector that has the numbers from somebody else', () => {
  test('has the agent go on as another run', async () => {
    const { collector, clock, session, recorder, faults } = await connectedStream();
    countCalls(recorder, 10);
    await clock.advance(2_000);
    collector.say('{"type":"refused","problem":"batch 9 is stored: draw a new epoch","drawEpoch":true}');
    countCalls(recorder, 5);
    await clock.advance(2_000);
    expect(session.state).toBe('live');
    expect(collector.hellos.map(({ epoch, first, next }) => ({ epoch, first, next }))).toEqual([
      { epoch: 'e1', first: 1, next: 1 },
      { epoch: 'e2', first: 1, next: 1 },
    ]);
    expect(faults).toHaveLength(1);
    const counted = collector.rollups.flatMap(({ counts }) => counts.slice(0, 3));
    expect(counted.reduce((sum, count) => sum + count, 0)).toBe(15);
    expect(collector.problems).toEqual([]);
  });
});

describe('while the collector is away', () => {
  test('keeps counts exact for a day within its memory', async () => {
    const clock = new FakeClock(1_700_000_000_000);
    const collector = new MemoryCollector({ clock });
    collector.refuse();
    const stream = createTestStream(collector, { clock, memoryBytes: 262_144 });
    stream.session.start();
    for (let hour = 0; hour < 24; hour++) {
      for (let burst = 0; burst < 60; burst++) {
        countCalls(stream.recorder, 50, hour * 60 + burst);
        await clock.advance(1_000);
      }
      await clock.advance(3_540_000);
    }
    const { events, rollups } = stream.recorder;
    expect(events.bytes + rollups.bytes).toBeLessThanOrEqual(131_072);
    collector.accept();
    await clock.advance(60_000);
    const names = Array.from({ length: 10 }, (_, i) => `breaker ${i}`);
    const counts = names.flatMap((name) => Object.values(collector.totals('circuit_breaker', name)));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(24 * 60 * 50);
    const timed = collector.rollups.flatMap(({ latency }) => latency.filter((_, i) => i % 2 === 1));
    expect(timed.reduce((sum, count) => sum + count, 0)).toBe(24 * 60 * 50);
    expect(collector.problems).toEqual([]);
  }, 60_000);

  test('drops samples first, counts what it drops, and says so', async () => {
    const clock = new FakeClock(1_700_000_000_000);
    const collector = new MemoryCollector({ clock });
    collector.refuse();
    const stream = createTestStream(collector, { clock, memoryBytes: 262_144 });
    stream.session.start();
    const error = { class: 'unknown', severity: 'low', fingerprint: 'f', message: 'm'.repeat(500) } as const;
    for (let i = 0; i < 1_000; i++) stream.recorder.emit({ kind: 'error.sampled', error });
    stream.recorder.emit({ kind: 'config.changed', changes: ['kept'] });
    collector.accept();
    await clock.advance(60_000);
    const kinds = collector.events.map(({ kind }) => kind);
    const sampled = kinds.filter((kind) => kind === 'error.sampled').length;
    const droppedCount = 1_000 - sampled;
    expect(kinds).toContain('config.changed');
    expect(droppedCount).toBeGreaterThan(0);
    expect(collector.batches.find(({ dropped }) => dropped !== undefined)?.dropped).toEqual({
      'sample/queue_overflow': droppedCount,
    });
    expect(collector.events).toContainEqual(
      expect.objectContaining({ kind: 'agent.dropped', reason: 'queue_overflow', count: droppedCount }),
    );
  });
});

describe('closing', () => {
  test('waits until everything is stored and says good-bye', async () => {
    const { collector, clock, recorder, session } = await connectedStream();
    recorder.emit({ kind: 'agent.stopped' });
    const closed = session.close(2_000);
    await clock.advance(0);
    await closed;
    expect(collector.events).toMatchObject([{ kind: 'agent.stopped' }]);
    expect(collector.saidBye).toBe(true);
    expect(session.state).toBe('closed');
  });

  test('gives up after its time', async () => {
    const { collector, clock, recorder, session } = await connectedStream();
    collector.stall();
    recorder.emit({ kind: 'agent.stopped' });
    let isClosed = false;
    const close = async (): Promise<void> => {
      await session.close(2_000);
      isClosed = true;
    };
    const closed = close();
    await clock.advance(1_999);
    expect(isClosed).toBe(false);
    await clock.advance(1);
    await closed;
    expect(isClosed).toBe(true);
  });

  test('tries once more where it was about to come back', async () => {
    const { collector, clock, recorder, session } = await connectedStream();
    collector.refuse();
    await clock.advance(0);
    recorder.emit({ kind: 'agent.stopped' });
    collector.accept();
    const closed = session.close(2_000);
    await clock.advance(0);
    await closed;
    expect(collector.saidBye).toBe(true);
  });

  test('brings the rest home when the connection is cut meanwhile', async () => {
    const { collector, clock, recorder, session } = await connectedStream();
    collector.loseAnswers();
    recorder.emit({ kind: 'agent.stopped' });
    const closed = session.close(2_000);
    collector.accept();
    collector.drop();
    await clock.advance(0);
    await closed;
    expect(collector.events).toMatchObject([{ kind: 'agent.stopped' }]);
    expect(collector.saidBye).toBe(true);
  });

  test('does not wait for a collector that is not there', async () => {
    const { collector, clock, session } = await connectedStream();
    collector.refuse();
    await clock.advance(0);
    const closed = session.close(2_000);
    await clock.advance(0);
    await closed;
    expect(session.state).toBe('closed');
  });
});
