import type { Clock, TimerHandle } from '@holdfast/shared';

/** The clock of one process. Once the process is killed, none of its timers runs any more. */
export class Life implements Clock {
  private readonly world: Clock;
  private phase: 'living' | 'killed' | 'buried' = 'living';

  constructor(world: Clock) {
    this.world = world;
  }

  get isLiving(): boolean {
    return this.phase === 'living';
  }

  now(): number {
    return this.world.now();
  }

  monotonic(): number {
    return this.world.monotonic();
  }

  setTimeout(run: () => void, delayMs: number): TimerHandle {
    if (this.phase === 'buried') return atOnce(run);
    if (this.phase === 'killed') return { cancel: () => {} };
    return this.world.setTimeout(() => {
      if (this.isLiving) run();
    }, delayMs);
  }

  kill(): void {
    this.phase = 'killed';
  }

  /** Lets what only waits for a time limit end, so that nothing of a killed agent is kept. */
  bury(): void {
    this.phase = 'buried';
  }
}

function atOnce(run: () => void): TimerHandle {
  let isCancelled = false;
  queueMicrotask(() => {
    if (!isCancelled) run();
  });
  return { cancel: () => void (isCancelled = true) };
}
