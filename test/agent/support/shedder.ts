import type { LoadShedder, LoadShedderOptions, Priority } from '@holdfast/agent';
import { createLoadShedder } from '../../../agent/src/primitives/load-shedder/load-shedder.ts';
import { createTestRuntime, type TestRuntime } from './runtime.ts';

export interface ShedderUnderTest extends TestRuntime {
  readonly shedder: LoadShedder;
}

interface ShedderSetup {
  /** What the shedder draws; in a row, the last for ever. Default: of a seed. */
  readonly draws?: readonly number[];
  /** How much later than the clock says timers find it to be. */
  readonly lagMs?: () => number;
}

export function createShedder(options: LoadShedderOptions, setup: ShedderSetup = {}): ShedderUnderTest {
  const test = createTestRuntime({ startAt: 1_700_000_000_000 });
  const { draws, lagMs = () => 0 } = setup;
  let drawn = 0;
  const random =
    draws === undefined ? test.runtime.random : () => draws[Math.min(drawn++, draws.length - 1)] ?? 0;
  const clock = {
    now: () => test.clock.now(),
    monotonic: () => test.clock.monotonic() + lagMs(),
    setTimeout: (run: () => void, delayMs: number) => test.clock.setTimeout(run, delayMs),
  };
  return { ...test, shedder: createLoadShedder({ ...test.runtime, clock, random }, 'orders', options) };
}

export const all: readonly Priority[] = ['low', 'normal', 'high', 'critical'];

/** Which priorities are let in now. */
export async function letIn(shedder: LoadShedder, others: object = {}): Promise<readonly Priority[]> {
  const answers = await Promise.allSettled(
    all.map((priority) => shedder.execute(() => priority, { priority, ...others })),
  );
  return answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
}
