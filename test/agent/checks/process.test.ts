import { diskCheck, eventLoopCheck, heapCheck } from '@holdfast/agent/checks';
import { describe, expect, test } from 'vitest';
import { realTime } from '../../support/time.ts';
import { ask } from './support/probing.ts';

describe('a check of disk space', () => {
  test('is up, degraded or down by what is free', async () => {
    expect(await ask(diskCheck('.', { degradedBelowRatio: 0, downBelowRatio: 0 }))).toBe('up');
    const message = expect.stringMatching(/^[\d.]+ % of \. is free$/);
    const full = await ask(diskCheck('.', { degradedBelowRatio: 1, downBelowRatio: 1 }));
    expect(full).toEqual({ status: 'down', message });
    const filling = await ask(diskCheck('.', { degradedBelowRatio: 1, downBelowRatio: 0 }));
    expect(filling).toEqual({ status: 'degraded', message });
  });

  test('is down where there is no such path', async () => {
    expect(await ask(diskCheck('/no/such/place'))).toMatchObject({
      status: 'down',
      message: expect.stringContaining('ENOENT'),
    });
  });

  test('ends when its signal aborts', async () => {
    const controller = new AbortController();
    const answer = ask(diskCheck('.'), controller.signal);
    controller.abort(new Error('too late'));
    expect(await answer).toEqual({ status: 'down', message: 'too late' });
  });
});

describe('a check of the heap', () => {
  test('is up, degraded or down by what is in use', async () => {
    expect(await ask(heapCheck({ degradedAboveRatio: 1, downAboveRatio: 1 }))).toBe('up');
    const message = expect.stringMatching(/^[\d.]+ % of the heap is in use$/);
    const filling = await ask(heapCheck({ degradedAboveRatio: 0 }));
    expect(filling).toEqual({ status: 'degraded', message });
    const full = await ask(heapCheck({ degradedAboveRatio: 0, downAboveRatio: 0 }));
    expect(full).toEqual({ status: 'down', message });
  });
});

describe('a check of the event loop', () => {
  test('is up where it has nothing to say yet', async () => {
    expect(await ask(eventLoopCheck())).toBe('up');
  });

  test('sees what blocks it, and forgets that once it is told', async () => {
    const probe = eventLoopCheck({ degradedAboveMs: 40, downAboveMs: 60_000 });
    await realTime.sleep(50);
    for (let times = 0; times < 5; times++) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 120); // blocks, as a loop would
      await realTime.sleep(1);
    }
    expect(await ask(probe)).toEqual({
      status: 'degraded',
      message: expect.stringMatching(/^the event loop is \d+ ms late$/),
    });
    expect(await ask(probe)).toBe('up');
  });
});

test.each<[string, () => unknown, RegExp]>([
  ['a percentage', () => heapCheck({ degradedAboveRatio: 85 }), /got 85 \(a percentage\?\)/],
  ['no path', () => diskCheck(7 as never), /^`diskCheck path` must be a string, got 7/],
  [
    'less space down than degraded',
    () => diskCheck('.', { downBelowRatio: 0.5 }),
    /^`downBelowRatio` must be beyond `degradedBelowRatio` \(0.1\), got 0.5/,
  ],
  ['an unknown option', () => eventLoopCheck({ downMs: 5 } as never), /did you mean|known are/],
])('%s is refused', (_what, make, message) => {
  expect(make).toThrow(message);
});
