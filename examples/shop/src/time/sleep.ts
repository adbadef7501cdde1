import type { Clock } from '@holdfast/agent';

export function sleep(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    clock.setTimeout(resolve, delayMs);
  });
}

/**
 * Runs `run` again and again with a pause of `pauseMs` after each end, so that runs never overlap. `failed`
 * hears of a run that threw; the next one comes all the same. Returns what ends it.
 */
export function repeat(
  clock: Clock,
  pauseMs: number,
  { run, failed }: { run: () => Promise<void>; failed: (error: unknown) => void },
): () => void {
  let isOver = false;
  let cancel = (): void => {};
  const turn = async (): Promise<void> => {
    await run().catch(failed);
    if (!isOver) wait();
  };
  const wait = (): void => {
    const timer = clock.setTimeout(() => void turn(), pauseMs);
    cancel = () => timer.cancel();
  };
  wait();
  return () => {
    isOver = true;
    cancel();
  };
}
