import type { Clock } from '@holdfast/shared';
import { expect, test } from 'vitest';
import { FakeClock } from '../../../agent/src/testing/fake-clock.ts';
import { Deadline, deadlinesOf } from '../../../agent/src/time/deadlines.ts';

class Noted extends Deadline {
  readonly #expired: () => void;

  constructor(expired: () => void) {
    super();
    this.#expired = expired;
  }

  override expire(): void {
    this.#expired();
  }
}

test('deadlines of several lengths come due at their own times', async () => {
  const clock = new FakeClock();
  const expired: string[] = [];
  const add = (name: string, delayMs: number): void => {
    const deadline = new Noted(() => expired.push(`${name} at ${clock.now()}`));
    deadlinesOf(clock, delayMs).add(deadline, clock.monotonic());
  };
  add('long', 500);
  add('short', 30);
  await clock.advance(20);
  add('short again', 30);
  await clock.advance(1_000);
  expect(expired).toEqual(['short at 30', 'short again at 50', 'long at 500']);
});

test('what is removed never expires, wherever it stood', async () => {
  const clock = new FakeClock();
  const list = deadlinesOf(clock, 10);
  const expired: number[] = [];
  const all = [0, 1, 2, 3, 4].map((number) => new Noted(() => expired.push(number)));
  for (const deadline of all) list.add(deadline, 0);
  for (const number of [0, 2, 4]) {
    const deadline = all[number];
    if (deadline !== undefined) list.remove(deadline);
    if (deadline !== undefined) list.remove(deadline);
  }
  await clock.advance(10);
  expect(expired).toEqual([1, 3]);
});

test('an expiry may add and remove others', async () => {
  const clock = new FakeClock();
  const list = deadlinesOf(clock, 10);
  const expired: string[] = [];
  const victim = new Noted(() => expired.push('victim'));
  const successor = new Noted(() => expired.push(`successor at ${clock.now()}`));
  const first = new Noted(() => {
    list.remove(victim);
    list.add(successor, clock.monotonic());
  });
  list.add(first, 0);
  list.add(victim, 0);
  await clock.advance(100);
  expect(expired).toEqual(['successor at 20']);
});

test.each([
  ['what a call waits for', true],
  ['work of its own', false],
])('an idle process goes on for %s: %s', async (_what, keepsAlive) => {
  const clock = new FakeClock();
  const held: (number | undefined)[] = [];
  let idle = (): void => undefined;
  const watched: Clock = {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    setTimeout: (run, delayMs, options) => {
      if (options?.keepsAlive) held.push(delayMs);
      return clock.setTimeout(run, delayMs);
    },
    onIdle: (run) => (idle = run),
  };
  let expiredAt: number | undefined;
  const deadline = new Noted(() => (expiredAt = clock.now()));
  const list = deadlinesOf(watched, 100, { keepsAlive });
  idle();
  list.add(deadline, watched.monotonic());
  await clock.advance(40);
  expect(held).toEqual([]);
  idle();
  expect(held).toEqual(keepsAlive ? [60] : []);
  await clock.advance(60);
  expect(expiredAt).toBe(100);
  idle();
  expect(held).toHaveLength(keepsAlive ? 1 : 0);
});
