import type { MemoryCollector } from '@holdfast/agent/testing';
import { type Throttles, wireLimits } from '@holdfast/shared';
import { expect, test } from 'vitest';
import { connectedStream, type TestStream } from '../support/stream.ts';

type Connected = TestStream & { readonly collector: MemoryCollector };

const error = { class: 'unknown', severity: 'low', fingerprint: 'f', message: 'no answer' } as const;

function sample({ recorder }: TestStream): void {
  recorder.emit({ kind: 'error.sampled', error });
}

function count({ recorder }: TestStream): void {
  recorder.meter({ kind: 'retry', name: 'r' }).count(0);
}

/** The collector asks for less with its next acknowledgement, which comes at once. */
async function throttle({ collector, clock, recorder }: Connected, throttles: Throttles): Promise<void> {
  collector.throttles = throttles;
  recorder.emit({ kind: 'agent.draining' });
  await clock.advance(20);
}

test('samples are left out and counted while they are throttled', async () => {
  const stream = await connectedStream();
  const { collector, clock, recorder } = stream;
  await throttle(stream, { sample: 10_000 });
  sample(stream);
  recorder.emit({ kind: 'bulkhead.saturated', count: 1 });
  await clock.advance(1_000);
  expect(collector.batches.at(-1)?.dropped).toEqual({ 'sample/throttled': 1 });
  const kinds = collector.events.map(({ kind }) => kind);
  expect(kinds).toEqual(['agent.draining', 'agent.dropped', 'bulkhead.saturated']);
  await clock.advance(10_000);
  sample(stream);
  await clock.advance(1_000);
  expect(collector.events.at(-1)?.kind).toBe('error.sampled');
});

test('samples that wait when a throttle comes are left out too', async () => {
  const stream = await connectedStream();
  const { collector, clock, recorder } = stream;
  for (let i = 0; i < 3; i++) sample(stream);
  collector.say('{"type":"ack","stored":0,"throttles":{"sample":10000}}');
  await clock.advance(1_000);
  expect(recorder.drops.total).toBe(3);
  expect(collector.batches.at(-1)?.dropped).toEqual({ 'sample/throttled': 3 });
});

test('throttled rollups come once a minute, with every count', async () => {
  const stream = await connectedStream();
  const { collector, clock } = stream;
  await throttle(stream, { rollup: 50_000 });
  for (let second = 0; second < 180; second++) {
    count(stream);
    if (second % 10 === 0) await throttle(stream, { rollup: 50_000 }); // other batches are acknowledged
    await clock.advance(1_000);
  }
  expect(collector.rollups.length).toBeLessThan(10);
  await clock.advance(60_000);
  expect(collector.totals('retry', 'r')).toEqual({ success: 180 });
});

test('a throttle ends when the collector names it no more', async () => {
  const stream = await connectedStream();
  const { collector, clock } = stream;
  await throttle(stream, { rollup: 3_600_000, sample: 3_600_000 });
  count(stream);
  await clock.advance(2_000);
  expect(collector.rollups).toEqual([]);
  await throttle(stream, {});
  await clock.advance(1_000);
  expect(collector.totals('retry', 'r')).toEqual({ success: 1 });
});

test('what changes a state is not throttled whatever is asked', async () => {
  const { collector, clock, recorder } = await connectedStream();
  collector.say('{"type":"ack","stored":0,"throttles":{"transition":99999,"flag":99999,"event":99999}}');
  recorder.emit({ kind: 'agent.draining' });
  await clock.advance(20);
  expect(collector.events).toMatchObject([{ kind: 'agent.draining' }]);
});

test.each(['flush', 'close'] as const)('%s brings home what was held back', async (how) => {
  const stream = await connectedStream();
  const { collector, clock, session, recorder } = stream;
  await throttle(stream, { rollup: 3_600_000 });
  await clock.advance(2_000);
  count(stream);
  await clock.advance(2_000);
  expect(collector.rollups).toEqual([]);
  if (how === 'close') recorder.readAll(); // as the agent does
  const done = session[how](2_000);
  await clock.advance(0);
  await done;
  expect(collector.totals('retry', 'r')).toEqual({ success: 1 });
});

test('a flush that takes long brings home what was held back', async () => {
  const stream = await connectedStream();
  const { collector, clock, session, outbox, recorder } = stream;
  await throttle(stream, { rollup: 3_600_000 });
  await clock.advance(2_000);
  count(stream);
  await clock.advance(2_000);
  collector.stall();
  while (outbox.unackedCount < wireLimits.windowBatches) {
    recorder.emit({ kind: 'agent.draining' });
    await clock.advance(20);
  }
  const flushed = session.flush(8_000).then(() => collector.totals('retry', 'r'));
  await clock.advance(2_500); // no room for another batch, second after second
  collector.accept();
  await clock.advance(100);
  expect(await flushed).toEqual({ success: 1 });
});
