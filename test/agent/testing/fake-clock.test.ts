import { expect, test } from 'vitest';
import { FakeClock } from '../../../agent/src/testing/fake-clock.ts';
import { SeededRandom } from '../../../agent/src/testing/seeded-random.ts';

test('it stands still until it is moved', async () => {
  const clock = new FakeClock(1_000);
  expect(clock.now()).toBe(1_000);
  await clock.advance(250);
  expect(clock.now()).toBe(1_250);
  expect(clock.monotonic()).toBe(250);
});

test('due timers run in order, each at its own time', async () => {
  const clock = new FakeClock();
  const ran: string[] = [];
  const note = (name: string) => (): void => void ran.push(`${name} at ${clock.now()}`);
  clock.setTimeout(note('c'), 30);
  clock.setTimeout(note('a'), 10);
  clock.setTimeout(note('b'), 10);
  clock.setTimeout(note('later'), 31);
  await clock.advance(30);
  expect(ran).toEqual(['a at 10', 'b at 10', 'c at 30']);
});

test('a timer may set another that comes due in the same move', async () => {
  const clock = new FakeClock();
  const ran: number[] = [];
  const tick = (): void => {
    ran.push(clock.now());
    clock.setTimeout(tick, 10);
  };
  clock.setTimeout(tick, 10);
  await clock.advance(35);
  expect(ran).toEqual([10, 20, 30]);
});

test('it waits for what a timer starts', async () => {
  const clock = new FakeClock();
  const ran: string[] = [];
  const work = async (): Promise<void> => {
    for (let step = 0; step < 50; step++) await Promise.resolve();
    ran.push(`worked at ${clock.now()}`);
    clock.setTimeout(() => ran.push(`then at ${clock.now()}`), 5);
  };
  clock.setTimeout(() => void work(), 10);
  await clock.advance(20);
  expect(ran).toEqual(['worked at 10', 'then at 15']);
});

test('what is waiting before the move may set timers for it', async () => {
  const clock = new FakeClock();
  let ranAt = 0;
  void Promise.resolve().then(() =>
    clock.setTimeout(() => {
      ranAt = clock.now();
    }, 10),
  );
  await clock.advance(10);
  expect(ranAt).toBe(10);
});

test('a cancelled timer does not run', async () => {
  const clock = new FakeClock();
  let isRun = false;
  clock
    .setTimeout(() => {
      isRun = true;
    }, 5)
    .cancel();
  await clock.advance(10);
  expect(isRun).toBe(false);
});

test('the same seed gives the same numbers, another others', () => {
  const take = (seed: number): number[] => {
    const random = new SeededRandom(seed);
    return Array.from({ length: 100 }, random.next);
  };
  expect(take(7)).toEqual(take(7));
  expect(take(7)).not.toEqual(take(8));
  expect(Math.min(...take(7))).toBeGreaterThanOrEqual(0);
  expect(Math.max(...take(7))).toBeLessThan(1);
});

test('the numbers are spread evenly', () => {
  const random = new SeededRandom(3);
  const tenths = Array.from({ length: 10 }, () => 0);
  for (let draw = 0; draw < 10_000; draw++) {
    const tenth = Math.floor(random.next() * 10);
    tenths[tenth] = (tenths[tenth] ?? 0) + 1;
  }
  expect(Math.min(...tenths)).toBeGreaterThan(900);
  expect(Math.max(...tenths)).toBeLessThan(1_100);
});

test('a delay that is no number is none', async () => {
  const clock = new FakeClock();
  let ran = 0;
  clock.setTimeout(() => void (ran += 1), Number.NaN);
  await clock.advance(1);
  expect([ran, clock.now()]).toEqual([1, 1]);
});
