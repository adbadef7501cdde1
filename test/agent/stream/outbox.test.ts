import { type Batch, countIndex, fromColumns, readAgentMessage } from '@holdfast/shared';
import { FakeClock, SeededRandom } from '@holdfast/agent/testing';
import { describe, expect, test } from 'vitest';
import { Outbox } from '../../../agent/src/stream/outbox.ts';
import { Recorder } from '../../../agent/src/telemetry/recorder.ts';

const limits = { batchBytes: 32_768, windowBatches: 1_024 };

function outboxOf(maxBytes = 67_108_864): { recorder: Recorder; outbox: Outbox } {
  const clock = new FakeClock(1_700_000_000_000);
  const recorder = new Recorder({ clock, maxBytes, internalError: fail });
  return { recorder, outbox: new Outbox({ recorder, clock, maxBytes }) };
}

function fail(error: unknown): never {
  throw error;
}

/** The batches that a collector gets, as its parser reads them. */
function sent(outbox: Outbox): { readonly batch: Batch; readonly bytes: number }[] {
  const batches: { batch: Batch; bytes: number }[] = [];
  outbox.send((frame) => {
    const read = readAgentMessage(Buffer.from(frame).toString('utf8'));
    if (!read.ok || read.value.type !== 'batch') throw new Error(`not a batch: ${JSON.stringify(read)}`);
    batches.push({ batch: read.value, bytes: frame.byteLength });
    return true;
  });
  return batches;
}

describe('sealing', () => {
  test('cuts any amount of anything into frames that the collector takes', () => {
    const { recorder, outbox } = outboxOf();
    const random = new SeededRandom(11).next;
    for (let i = 0; i < 1_500; i++) fillOne(recorder, random, i);
    recorder.readMeters();
    outbox.seal(limits);
    const batches = sent(outbox);
    expect(batches.length).toBeGreaterThan(10);
    for (const { bytes } of batches) expect(bytes).toBeLessThanOrEqual(limits.batchBytes);
    expect(batches.map(({ batch }) => batch.seq)).toEqual(batches.map((_, index) => index + 1));
    expect(batches.flatMap(({ batch }) => batch.events)).toHaveLength(1_500);
    expect(batches.flatMap(({ batch }) => batch.levels?.flags ?? [])).toHaveLength(500);
    expect(outbox.isPending).toBe(true);
    outbox.acknowledge(batches.length);
    expect(outbox.isPending).toBe(false);
  });

  test('never names a resource that was not introduced', () => {
    const { recorder, outbox } = outboxOf();
    const random = new SeededRandom(12).next;
    for (let i = 0; i < 1_500; i++) fillOne(recorder, random, i);
    recorder.readMeters();
    outbox.seal(limits);
    let known = 0;
    for (const { batch } of sent(outbox)) {
      if (batch.dictionary !== undefined) expect(batch.dictionary.from).toBe(known);
      known += batch.dictionary?.add.length ?? 0;
      const rollups = batch.rollups === undefined ? [] : fromColumns(batch.rollups);
      const named = [...batch.events, ...rollups].map(({ resource }) => resource ?? 0);
      for (const resource of named) expect(resource).toBeLessThan(known);
    }
    expect(known).toBe(1_500);
  });

  test('stops when the window is full', () => {
    const { recorder, outbox } = outboxOf();
    for (let i = 0; i < 1_500; i++) recorder.emit({ kind: 'config.changed', changes: ['x'.repeat(900)] });
    outbox.seal({ ...limits, windowBatches: 3 });
    expect(outbox.unackedCount).toBe(3);
    const left = recorder.events.length;
    outbox.acknowledge(1);
    outbox.seal({ ...limits, windowBatches: 3 });
    expect(outbox.unackedCount).toBe(3);
    expect(recorder.events.length).toBeLessThan(left);
  });

  test('keeps sealed batches within their share of the memory', () => {
    const { recorder, outbox } = outboxOf(131_072);
    for (let i = 0; i < 1_500; i++) recorder.emit({ kind: 'config.changed', changes: ['x'.repeat(900)] });
    outbox.seal(limits);
    expect(outbox.unackedCount).toBeLessThanOrEqual(4);
  });
});

describe('sending', () => {
  test('sends the same bytes again after a reconnect', () => {
    const { recorder, outbox } = outboxOf();
    recorder.emit({ kind: 'agent.started' });
    outbox.seal(limits);
    const first = sent(outbox);
    expect(sent(outbox)).toEqual([]);
    recorder.emit({ kind: 'agent.stopped' });
    outbox.startAgain();
    expect(sent(outbox)).toEqual(first);
  });

  test('leaves what the link does not take for later', () => {
    const { recorder, outbox } = outboxOf();
    recorder.emit({ kind: 'agent.started' });
    outbox.seal(limits);
    outbox.send(() => false);
    expect(sent(outbox)).toHaveLength(1);
  });

  test('introduces again only what acknowledged batches had introduced', () => {
    const { recorder, outbox } = outboxOf();
    recorder.meter({ kind: 'retry', name: 'a' });
    recorder.meter({ kind: 'retry', name: 'b' });
    outbox.seal(limits);
    outbox.acknowledge(1);
    recorder.meter({ kind: 'retry', name: 'c' });
    outbox.seal(limits);
    const frames = outbox.reintroduce(1, 32_768).map((frame) => JSON.parse(Buffer.from(frame).toString()));
    expect(frames).toEqual([{ type: 'dictionary', from: 1, add: [{ kind: 'retry', name: 'b' }] }]);
    expect(outbox.reintroduce(2, 32_768)).toEqual([]);
  });

  test('cuts a long introduction into several frames', () => {
    const { recorder, outbox } = outboxOf();
    for (let i = 0; i < 1_500; i++)
      recorder.meter({ kind: 'retry', name: `retry ${i}`, dependency: 'd'.repeat(200) });
    outbox.seal(limits);
    outbox.acknowledge(outbox.next - 1);
    const frames = outbox.reintroduce(0, 32_768);
    expect(frames.length).toBeGreaterThan(5);
    for (const frame of frames) expect(frame.byteLength).toBeLessThanOrEqual(32_768);
    const added = frames.flatMap((frame) => JSON.parse(Buffer.from(frame).toString()).add);
    expect(added).toHaveLength(1_500);
  });
});

/**
 * A resource with calls, an event and, for the first 500, a flag: with texts of all lengths, some not ASCII.
 */
function fillOne(recorder: Recorder, random: () => number, number: number): void {
  const text = (number % 3 === 0 ? 'ü€' : 'xy').repeat(Math.floor(random() * 500));
  const meter = recorder.meter({ kind: 'retry', name: `r ${number}`, dependency: text });
  for (let i = 0; i < 20; i++) {
    meter.count(Math.floor(random() * countIndex.fallback_failed));
    meter.time(random() ** 4 * 10_000);
  }
  const error = { class: 'unknown', severity: 'low', fingerprint: 'f', message: text } as const;
  recorder.emit({ kind: 'error.sampled', error }, meter);
  if (number >= 500) return;
  const value = text.slice(0, 1_000);
  recorder.levels.enter('flags', () => ({
    flag: `f ${number}`,
    value,
    defaultValue: value,
    reason: 'STATIC',
    sinceAt: 1,
    bindings: [],
  }));
}

describe('starting over as another run', () => {
  test('keeps what no collector can have, with other numbers', () => {
    const { recorder, outbox } = outboxOf();
    for (const name of ['one', 'two', 'three']) {
      recorder.meter({ kind: 'retry', name }).count(countIndex.success);
      recorder.emit({ kind: 'agent.draining' });
      recorder.readMeters();
      outbox.seal(limits);
      if (name === 'one') sent(outbox);
    }
    outbox.startOver(0);
    expect({ first: outbox.first, next: outbox.next }).toEqual({ first: 1, next: 3 });
    outbox.startAgain();
    expect(sent(outbox).map(({ batch }) => [batch.seq, batch.dictionary?.from])).toEqual([
      [1, 1],
      [2, 2],
    ]);
    expect(outbox.reintroduce(0, limits.batchBytes)).toHaveLength(1);
    expect(recorder.drops.take()).toEqual({
      counts: { 'batch/epoch_taken': 1, 'event/epoch_taken': 1, 'call/epoch_taken': 1 },
      events: [
        { kind: 'agent.dropped', records: 'event', reason: 'epoch_taken', count: 1 },
        { kind: 'agent.dropped', records: 'call', reason: 'epoch_taken', count: 1 },
      ],
    });
  });
});

test('a summary that is refused counts as all its changes', () => {
  const { recorder, outbox } = outboxOf();
  const edges = [{ from: 'closed', to: 'open', count: 18 } as const];
  recorder.emit({ kind: 'circuit_breaker.summarised', edges, to: 'open', overMs: 9 });
  recorder.emit({ kind: 'agent.draining' });
  outbox.seal(limits);
  outbox.lose(1, 'refused');
  expect(recorder.drops.take()?.counts).toEqual({ 'batch/refused': 1, 'event/refused': 19 });
});
