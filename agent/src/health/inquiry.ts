import type { Clock } from '@holdfast/shared';
import { callProbe, failureOf, type HealthProbe, type ProbeResult } from './probe.ts';

/** Asks a probe: no longer than its time, and not again while the call before has not answered. */
export class Inquiry {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #probe: HealthProbe;
  #isHanging = false;

  constructor(clock: Clock, timeoutMs: number, probe: HealthProbe) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#probe = probe;
  }

  /** Never rejects. */
  async ask(): Promise<ProbeResult> {
    if (this.#isHanging) return stillHanging;
    const controller = new AbortController();
    return new Promise((resolve) => {
      const timer = this.#clock.setTimeout(() => {
        const message = `no answer within ${this.#timeoutMs} ms`;
        resolve({ status: 'down', outcome: 'timeout', message });
        controller.abort();
      }, this.#timeoutMs);
      const settle = (result: ProbeResult): void => {
        timer.cancel();
        this.#isHanging = false;
        resolve(result);
      };
      this.#isHanging = true; // until it settles, however late: a second call would only hang as well
      callProbe(this.#probe, controller.signal).then(settle, (error: unknown) => settle(failureOf(error)));
    });
  }
}

const stillHanging: ProbeResult = {
  status: 'down',
  outcome: 'timeout',
  message: 'the call before has still not answered',
};
