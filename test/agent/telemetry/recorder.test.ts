import { countIndex, fromColumns, toColumns } from '@holdfast/shared';
import { FakeClock } from '@holdfast/agent/testing';
import { describe, expect, test } from 'vitest';
import { Recorder } from '../../../agent/src/telemetry/recorder.ts';

const breaker = { kind: 'circuit_breaker', name: 'payments' } as const;
const everything = { bytes: Number.POSITIVE_INFINITY, events: 1_000, rollups: 10_000 };

function recorderOf(options: { maxBytes?: number; isListening?: boolean } = {}): {
  recorder: Recorder;
  clock: FakeClock;
  faults: unknown[];
} {
  const clock = new FakeClock(1_700_000_000_000);
  const faults: unknown[] = [];
  const internalError = (error: unknown): void => {
    faults.push(error);
  };
  const recorder = new Recorder({ clock, maxBytes: 2_097_152, internalError, ...options });
  return { recorder, clock, faults };
}

describe('meters', () => {
  test('gives the same meter for the same kind and name', () => {
    const { recorder } = recorderOf();
    expect(recorder.meter(breaker)).toBe(recorder.meter({ ...breaker, dependency: 'x' }));
    expect(recorder.meter({ kind: 'retry', name: 'payments' })).not.toBe(recorder.meter(breaker));
    expect(recorder.dictionary).toHaveLength(2);
  });

  test('reads what was counted once, as the second that has passed', async () => {
    const { recorder, clock } = recorderOf();
    const meter = recorder.meter(breaker);
    meter.count(countIndex.success);
    meter.count(countIndex.success);
    meter.time(3);
    await clock.advance(1_000);
    recorder.readMeters();
    recorder.readMeters();
    const [rollup, ...others] = recorder.rollups.take(everything);
    expect(others).toEqual([]);
    expect(rollup?.second).toBe(1_700_000_000);
    expect(rollup?.counts[countIndex.success]).toBe(2);
    expect(rollup?.latency).toHaveLength(2);
  });

  test('sends gauges that changed although nothing was counted', () => {
    const { recorder } = recorderOf();
    let inFlight = 0;
    recorder.meter({ kind: 'bulkhead', name: 'b' }, { gauges: () => ({ in_flight: inFlight }) });
    recorder.readMeters();
    inFlight = 5;
    recorder.readMeters();
    recorder.readMeters();
    expect(recorder.rollups.take(everything).map(({ gauges }) => gauges.in_flight)).toEqual([0, 5]);
  });

  test('survives gauges that throw', () => {
    const { recorder, faults } = recorderOf();
    const gauges = (): never => {
      throw new Error('no gauge');
    };
    recorder.meter(breaker, { gauges }).count(countIndex.success);
    recorder.readMeters();
    expect(recorder.rollups.length).toBe(1);
    expect(faults).toEqual([new Error('no gauge')]);
  });

  test('counts resources above the limit in one shared meter', () => {
    const { recorder } = recorderOf();
    for (let i = 0; i < 1_999; i++) recorder.meter({ kind: 'retry', name: `r${i}` });
    const one = recorder.meter({ kind: 'retry', name: 'one more' });
    const another = recorder.meter({ kind: 'bulkhead', name: 'and another' });
    expect(one).toBe(another);
    expect(recorder.isShared(one)).toBe(true);
    expect(recorder.dictionary).toHaveLength(2_000);
    expect(recorder.drops.take()?.counts).toEqual({ 'resource/limit': 2 });
  });
});

describe('a full backlog', () => {
  test('leaves counts in the meters until there is room, and stays exact', () => {
    const { recorder } = recorderOf({ maxBytes: 131_072 });
    const meters = Array.from({ length: 1_000 }, (_, i) => recorder.meter({ kind: 'retry', name: `r${i}` }));
    for (let second = 0; second < 20; second++) {
      for (const meter of meters) meter.count(countIndex.success);
      recorder.readMeters();
    }
    expect(recorder.rollups.bytes).toBeLessThan(1_000 * 400);
    let total = 0;
    for (let round = 0; round < 6; round++) {
      for (const rollup of fromColumns(toColumns(recorder.rollups.take(everything))))
        total += rollup.counts[countIndex.success] ?? 0;
      recorder.readMeters();
    }
    expect(total).toBe(20_000);
  });

  test('leaves nobody out for long while all are busy', () => {
    const { recorder } = recorderOf({ maxBytes: 131_072 });
    const meters = Array.from({ length: 1_000 }, (_, i) => recorder.meter({ kind: 'retry', name: `r${i}` }));
    const read = new Set<number>();
    for (let second = 0; second < 6; second++) {
      for (const meter of meters) meter.count(countIndex.success);
      recorder.readMeters();
      for (const { resource } of recorder.rollups.take(everything)) read.add(resource);
    }
    expect(read.size).toBe(1_000);
  });

  test('reads a meter before its 32 bits wrap around', () => {
    const { recorder } = recorderOf({ maxBytes: 600 });
    const meters = [0, 1].map((i) => recorder.meter({ kind: 'retry', name: `r${i}` }));
    for (const meter of meters) meter.count(countIndex.success);
    recorder.readMeters();
    expect(recorder.rollups.isFull).toBe(true);
    const [meter] = meters;
    if (meter === undefined) throw new Error('no meter');
    meter.counts[countIndex.success] = 2 ** 31 + 5;
    meter.active = true;
    recorder.readMeters();
    const counted = recorder.rollups.take(everything).filter(({ resource }) => resource === 0);
    expect(counted.map(({ counts }) => counts[countIndex.success])).toEqual([2 ** 31 + 6]);
  });
});

describe('events', () => {
  test('carry the time and the number of their resource', () => {
    const { recorder } = recorderOf();
    recorder.meter({ kind: 'retry', name: 'first' });
    recorder.emit({ kind: 'bulkhead.saturated', count: 0 }, recorder.meter(breaker));
    const [event] = recorder.events.take(everything);
    expect(JSON.parse(event?.json ?? '')).toEqual({
      kind: 'bulkhead.saturated',
      count: 0,
      at: 1_700_000_000_000,
      resource: 1,
    });
  });

  test('tell at once of a change of state, and of nothing else', () => {
    const { recorder } = recorderOf();
    let urgentCount = 0;
    recorder.onUrgent = () => urgentCount++;
    recorder.emit({ kind: 'bulkhead.saturated', count: 0 });
    expect(urgentCount).toBe(0);
    recorder.emit({ kind: 'agent.started' });
    expect(urgentCount).toBe(1);
  });

  test('are cut where a text is too long for the wire', () => {
    const { recorder } = recorderOf();
    const error = {
      class: 'unknown',
      severity: 'low',
      fingerprint: 'f',
      message: 'm'.repeat(9_000),
    } as const;
    recorder.emit({ kind: 'error.sampled', error, operation: 'o'.repeat(9_000) });
    const [event] = recorder.events.take(everything);
    expect(event?.bytes).toBeLessThan(1_600);
  });

  test('that are too large are counted instead', () => {
    const { recorder } = recorderOf();
    const huge = { text: 'x'.repeat(20_000) };
    recorder.emit({ kind: 'flag.changed', flag: 'f', from: huge, to: huge, reason: 'OVERRIDE' });
    expect(recorder.events.length).toBe(0);
    expect(recorder.drops.take()?.counts).toEqual({ 'flag/too_large': 1 });
  });

  test('that JSON cannot hold harm nobody', () => {
    const { recorder, faults } = recorderOf();
    const circle: Record<string, never> = {};
    Reflect.set(circle, 'self', circle);
    recorder.emit({ kind: 'flag.changed', flag: 'f', from: circle, to: circle, reason: 'OVERRIDE' });
    expect(faults).toHaveLength(1);
    expect(recorder.drops.take()?.counts).toEqual({ 'flag/unwritable': 1 });
  });
});

test('keeps nothing but meters where nobody listens', () => {
  const { recorder } = recorderOf({ isListening: false });
  recorder.meter(breaker).count(countIndex.success);
  recorder.emit({ kind: 'agent.started' });
  recorder.readMeters();
  expect(recorder.events.length + recorder.rollups.length).toBe(0);
});
