import { expect, test } from 'vitest';
import { WaitingRoom } from '../../../../agent/src/primitives/bulkhead/waiting-room.ts';
import { systemClock } from '../../../../agent/src/time/system-clock.ts';

test('who leaves early, from wherever in the line, is not called', () => {
  const room = new WaitingRoom<{ readonly rank: number }>();
  const [first, second, third, fourth] = [1, 1, 1, 1].map((rank) => ({ rank }));
  const all = [first, second, third, fourth].filter((one) => one !== undefined);
  for (const one of all) room.add(one);
  for (const gone of [second, second, fourth, first]) if (gone !== undefined) room.remove(gone);
  expect(room.size).toBe(1);
  expect(room.next()).toBe(third);
  expect(room.dispensableFor(2)).toBe(third);
  if (third !== undefined) room.remove(third);
  expect([room.size, room.next(), room.dispensableFor(2)]).toEqual([0, undefined, undefined]);
});

test('leaving takes no longer where very many wait', () => {
  const room = new WaitingRoom<{ readonly rank: number }>();
  const all = Array.from({ length: 200_000 }, () => ({ rank: 1 }));
  for (const one of all) room.add(one);
  const began = systemClock.monotonic();
  for (const one of all.slice(0, 100_000)) room.remove(one);
  for (const one of all.slice(100_000).toReversed()) room.remove(one);
  expect(room.size).toBe(0);
  // In an array this took 10 s and more.
  expect(systemClock.monotonic() - began).toBeLessThan(2_000);
});
