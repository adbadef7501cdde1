import type { BreakerState, BreakerTransition, TimerHandle } from '@holdfast/shared';
import type { OutcomeWindow } from './window.ts';

/**
 * What is true from one transition to the next. Each call keeps the phase that let it in: where that is no
 * longer the present one when the call ends, its outcome is late and decides nothing.
 */
export class Phase {
  readonly state: BreakerState;
  /** Epoch milliseconds. */
  readonly sinceAt: number;
  window: OutcomeWindow;
  minimumCalls: number;
  /** How many more calls may come in; infinite where calls are not limited. */
  permits: number;
  rejectedCount = 0;
  /** Monotonic time after which an open phase lets probes in. */
  untilMs = 0;
  /** Whether that time has come, by the timer: until then rejecting needs no look at the clock. */
  isElapsed = false;
  timer: TimerHandle | undefined = undefined;
  /** Whether an operator holds it from outside. */
  isHeld = false;
  /** In `metrics_only`: which thresholds the window is at or above. */
  isFailing = false;
  isSlow = false;
  /** How it began; `undefined` for the first. */
  change: BreakerTransition | undefined = undefined;

  constructor(init: Pick<Phase, 'state' | 'sinceAt' | 'window' | 'minimumCalls' | 'permits'>) {
    this.state = init.state;
    this.sinceAt = init.sinceAt;
    this.window = init.window;
    this.minimumCalls = init.minimumCalls;
    this.permits = init.permits;
  }

  /** 0 to 1; `undefined` below the minimum of calls. */
  get failureRatio(): number | undefined {
    return this.#share(this.window.failureCount);
  }

  get slowCallRatio(): number | undefined {
    return this.#share(this.window.slowCallCount);
  }

  #share(count: number): number | undefined {
    const { callCount } = this.window;
    return callCount < this.minimumCalls || callCount === 0 ? undefined : count / callCount;
  }
}

/** Why nobody may go from one state to another; `undefined` where one may. */
export function refusalOf(from: BreakerState, to: BreakerState): string | undefined {
  if (from === 'closed' && to === 'half_open') return 'only an open one can be probed';
  if (from === 'metrics_only' && (to === 'open' || to === 'half_open')) return 'close it first';
  return undefined;
}
