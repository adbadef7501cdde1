import type { Random } from '@holdfast/shared';
import type { Faults } from './fault-pipe.ts';
import type { Direction, FaultProxy } from './fault-proxy.ts';
import { realTime } from './time.ts';

/** What may befall a link, each with how it begins. Where `faults` is there, it lasts for a drawn while. */
const acts = {
  reset: (proxy: FaultProxy) => proxy.reset(),
  half_close: (proxy: FaultProxy, direction: Direction) => proxy.halfClose(direction),
  slices: (proxy: FaultProxy, direction: Direction) => proxy.befall(direction, { sliceBytes: 1 }),
  trickle: befalls({ bytesPerSecond: 1_024 }),
  jitter: befalls({ latencyMs: 20, jitterMs: 400 }),
  black_hole: befalls({ isBlackHole: true }),
  limit: befalls({ limitBytes: 2_000 }),
  slow_close: befalls({ slowCloseMs: 500 }),
  refused: (proxy: FaultProxy) => proxy.refuse(true),
} as const;

type ActName = keyof typeof acts;

export interface ScheduleOptions {
  readonly proxies: readonly FaultProxy[];
  /** Draws what happens, to whom, in which direction and for how long: the same seed, the same schedule. */
  readonly random: Random;
  readonly forMs: number;
  /** The longest time that one fault lasts. */
  readonly longestMs: number;
}

/** Lets one fault after the other befall all links but one, then heals them. Says how often each happened. */
export async function playFaults(options: ScheduleOptions): Promise<Readonly<Record<string, number>>> {
  const { proxies, random, forMs, longestMs } = options;
  const names = Object.keys(acts).filter((name): name is ActName => name in acts);
  const played: Record<string, number> = Object.fromEntries(names.map((name) => [name, 0]));
  const endAt = realTime.monotonic() + forMs;
  const turn = names.toSorted(() => random() - 0.5);
  for (let index = 0; realTime.monotonic() < endAt; index++) {
    // Each has its turn before it is left to chance, so that a short run sees all of them.
    const name = turn[index] ?? names[Math.floor(random() * names.length)] ?? 'reset';
    const spared = Math.floor(random() * proxies.length);
    for (const proxy of proxies.toSpliced(spared, proxies.length > 1 ? 1 : 0))
      acts[name](proxy, random() < 0.5 ? 'up' : 'down');
    played[name] = (played[name] ?? 0) + 1;
    await realTime.sleep(50 + random() * (longestMs - 50));
    for (const proxy of proxies) proxy.heal();
  }
  return played;
}

function befalls(faults: Faults): (proxy: FaultProxy, direction: Direction) => void {
  return (proxy, direction) => proxy.befall(direction, faults);
}
