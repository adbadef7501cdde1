import type { BreakerState, Clock, TimerHandle } from '@holdfast/shared';

/** Whether one breaker degrades one flag now. */
export class ActiveBinding {
  readonly breaker: string;
  readonly #holdMs: number;
  readonly #clock: Clock;
  readonly #changed: () => void;
  #isActive = false;
  #state: BreakerState | undefined;
  #timer: TimerHandle | undefined;

  constructor(options: {
    readonly breaker: string;
    readonly holdMs: number;
    readonly clock: Clock;
    /** Called when the answer or its cause has changed. */
    readonly changed: () => void;
  }) {
    this.breaker = options.breaker;
    this.#holdMs = options.holdMs;
    this.#clock = options.clock;
    this.#changed = options.changed;
  }

  /** Why the flag is degraded, in words; `undefined` while this binding does not ask for it. */
  get cause(): string | undefined {
    if (!this.#isActive || this.#state === undefined) return undefined;
    return `circuit_breaker/${this.breaker} is ${this.#state.replace('_', ' ')}`;
  }

  observe(state: BreakerState): void {
    const wasActive = this.#isActive;
    const hadState = this.#state;
    this.#state = state;
    if (!isDegrading(state)) {
      this.#timer?.cancel();
      this.#timer = undefined;
      this.#isActive = false;
    } else if (!this.#isActive && this.#timer === undefined) {
      if (this.#holdMs === 0) this.#isActive = true;
      else this.#timer = this.#clock.setTimeout(() => this.#activate(), this.#holdMs);
    }
    if (wasActive !== this.#isActive || (this.#isActive && hadState !== state)) this.#changed();
  }

  #activate(): void {
    this.#timer = undefined;
    this.#isActive = true;
    this.#changed();
  }
}

/** Half open counts: most calls are still rejected, and a flag must not flicker with each round of probes. */
function isDegrading(state: BreakerState): boolean {
  return state === 'open' || state === 'half_open' || state === 'forced_open';
}
