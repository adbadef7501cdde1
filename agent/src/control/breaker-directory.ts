import type { Attribution, BreakerLevel, BreakerState } from '@holdfast/shared';
import type { Meter } from '../telemetry/meter.ts';
import type { Recorder } from '../telemetry/recorder.ts';

/** What flags and remote control need of a circuit breaker. */
export interface ControlledBreaker {
  readonly name: string;
  readonly state: BreakerState;
  readonly meter: Meter;
  level(): Omit<BreakerLevel, 'resource'>;
  on(event: 'transition', listener: () => void): () => void;
  /** Holds it, or renews the hold. Its end is not the breaker's to time. */
  holdRemotely(hold: RemoteHold): void;
  /** Closes it with an empty window where it is held. */
  releaseRemotely(by: Attribution): void;
  /** Closes it with an empty window, once. */
  closeRemotely(by: Attribution): void;
}

export interface RemoteHold extends Attribution {
  readonly state: 'forced_open' | 'disabled';
  /** Epoch milliseconds by this process's clock. */
  readonly untilAt?: number;
}

/** The circuit breakers of this agent by name, those inside pipelines included. */
export class BreakerDirectory {
  readonly #recorder: Recorder;
  readonly #breakers = new Map<string, ControlledBreaker>();
  readonly #listeners: BreakerListener[] = [];

  constructor(recorder: Recorder) {
    this.#recorder = recorder;
  }

  get(name: string): ControlledBreaker | undefined {
    return this.#breakers.get(name);
  }

  get names(): readonly string[] {
    return [...this.#breakers.keys()];
  }

  add(breaker: ControlledBreaker): void {
    this.#breakers.set(breaker.name, breaker);
    const markLevel = this.#enterLevel(breaker);
    breaker.on('transition', () => {
      markLevel();
      this.#tell(breaker, { isNew: false });
    });
    this.#tell(breaker, { isNew: true });
  }

  /** Calls `listener` with each breaker that is made or changes its state from now on. */
  onChange(listener: BreakerListener): void {
    this.#listeners.push(listener);
  }

  #enterLevel(breaker: ControlledBreaker): () => void {
    if (this.#recorder.isShared(breaker.meter)) return () => {};
    return this.#recorder.levels.enter('breakers', () => ({
      resource: breaker.meter.id,
      ...breaker.level(),
    }));
  }

  #tell(breaker: ControlledBreaker, change: { readonly isNew: boolean }): void {
    for (const listener of this.#listeners) listener(breaker, change);
  }
}

export type BreakerListener = (breaker: ControlledBreaker, change: { readonly isNew: boolean }) => void;
