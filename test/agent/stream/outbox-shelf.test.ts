import { FakeClock } from '@holdfast/agent/testing';
import { expect, test } from 'vitest';
import { Outbox } from '../../../agent/src/stream/outbox.ts';
import type { SealedBatch } from '../../../agent/src/stream/seal.ts';
import type { Shelf } from '../../../agent/src/stream/shelf.ts';
import { Recorder } from '../../../agent/src/telemetry/recorder.ts';

const limits = { batchBytes: 32_768, windowBatches: 2 };

/** A shelf in memory; what is fetched comes when the test lets it. */
class TestShelf implements Shelf {
  hasRoom = true;
  readonly batches: SealedBatch[] = [];
  readonly released: number[] = [];
  fetch: Promise<void> | undefined;

  put(batch: SealedBatch): void {
    this.batches.push(batch);
  }

  next(after: number): SealedBatch | Promise<void> | undefined {
    return this.fetch ?? this.batches.find(({ seq }) => seq > after);
  }

  release(stored: number): void {
    this.released.push(stored);
  }
}

function outboxWithShelf(): { recorder: Recorder; outbox: Outbox; shelf: TestShelf; sealed: () => void } {
  const clock = new FakeClock(1_700_000_000_000);
  const internalError = (error: unknown): never => {
    throw error;
  };
  const recorder = new Recorder({ clock, maxBytes: 2_097_152, internalError });
  const outbox = new Outbox({ recorder, clock, maxBytes: 2_097_152 });
  const shelf = new TestShelf();
  outbox.shelf = shelf;
  const sealed = (): void => {
    recorder.emit({ kind: 'config.changed', changes: ['one'] });
    outbox.sealForShelf(limits);
  };
  return { recorder, outbox, shelf, sealed };
}

function sentSeqs(outbox: Outbox): number[] {
  const seqs: number[] = [];
  outbox.send((frame) => {
    seqs.push((JSON.parse(Buffer.from(frame).toString('utf8')) as { readonly seq: number }).seq);
    return true;
  });
  return seqs;
}

test('what the window has no room for comes from the shelf later', () => {
  const { outbox, shelf, sealed } = outboxWithShelf();
  for (let batch = 0; batch < 5; batch++) sealed();
  expect(shelf.batches.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
  expect({ first: outbox.first, next: outbox.next, unacked: outbox.unackedCount }).toEqual({
    first: 1,
    next: 6,
    unacked: 5,
  });
  expect(sentSeqs(outbox)).toEqual([1, 2]);
  outbox.acknowledge(2);
  expect(outbox.first).toBe(3);
  outbox.seal(limits);
  expect(sentSeqs(outbox)).toEqual([3, 4]);
  outbox.acknowledge(4);
  outbox.seal(limits);
  expect(sentSeqs(outbox)).toEqual([5]);
  outbox.acknowledge(5);
  expect(outbox.isPending).toBe(false);
  expect(outbox.storedCount).toBe(5);
  expect(shelf.released).toEqual([2, 4, 5]);
});

test('nothing overtakes what still has to be fetched', async () => {
  const { outbox, shelf, sealed } = outboxWithShelf();
  for (let batch = 0; batch < 3; batch++) sealed();
  outbox.acknowledge(2);
  let fetched = (): void => {};
  shelf.fetch = new Promise((resolve) => (fetched = resolve));
  let toldCount = 0;
  outbox.onFetched = () => (toldCount += 1);
  outbox.seal(limits);
  sealed();
  expect(sentSeqs(outbox)).toEqual([]);
  shelf.fetch = undefined;
  fetched();
  await outbox.fetching;
  expect(toldCount).toBe(1);
  outbox.seal(limits);
  expect(sentSeqs(outbox)).toEqual([3, 4]);
});

test('batches that the shelf has lost are counted and passed over', () => {
  const { outbox, shelf, recorder, sealed } = outboxWithShelf();
  for (let batch = 0; batch < 6; batch++) sealed();
  shelf.batches.splice(2, 2);
  outbox.acknowledge(2);
  outbox.seal(limits);
  expect(sentSeqs(outbox)).toEqual([5, 6]);
  expect(outbox.first).toBe(5);
  expect(recorder.drops.total).toBe(2);
});

test('without a connection nothing is sealed that the shelf does not take', () => {
  const { outbox, shelf, recorder, sealed } = outboxWithShelf();
  shelf.hasRoom = false;
  sealed();
  expect(outbox.unackedCount).toBe(0);
  expect(recorder.events.length).toBe(1);
  outbox.seal(limits);
  expect(sentSeqs(outbox)).toEqual([1]);
});

test('the resources that a batch introduces are told with it', () => {
  const { outbox, recorder, shelf } = outboxWithShelf();
  recorder.meter({ kind: 'retry', name: 'a' });
  outbox.sealForShelf(limits);
  recorder.meter({ kind: 'retry', name: 'b' });
  outbox.sealForShelf(limits);
  expect(shelf.batches.map(({ introducedAfter }) => introducedAfter)).toEqual([1, 2]);
});

test('as another run what is held goes to its own shelf', () => {
  const { outbox, sealed } = outboxWithShelf();
  for (let batch = 0; batch < 5; batch++) sealed();
  outbox.seal(limits);
  const next = new TestShelf();
  outbox.shelf = next;
  outbox.startOver(0);
  sealed();
  expect(next.batches.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  expect(sentSeqs(outbox)).toEqual([1, 2]);
  expect(next.batches.map(droppedIn)).toEqual([undefined, undefined, { 'batch/epoch_taken': 3 }]);
});

function droppedIn({ frame }: SealedBatch): unknown {
  return (JSON.parse(Buffer.from(frame).toString('utf8')) as Record<string, unknown>)['dropped'];
}
