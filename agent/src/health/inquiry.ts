import type { Clock } from '@holdfast/shared';
import { callProbe, failureOf, type HealthProbe, type ProbeResult } from './probe.ts';

/**
 * Asks a probe, no longer than its time. Calls that go on hanging after that are not waited for, as what they
 * hang on may never come back; but with each of them the next has to wait longer: 0, 1, 3, 7 … times
 * `timeoutMs`, and 10 minutes at most. While 100 hang there is no other.
 */
export class Inquiry {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #probe: HealthProbe;
  #isAsking = false;
  #hangingCount = 0;
  /** Monotonic. */
  #notBeforeMs = 0;

  constructor(clock: Clock, timeoutMs: number, probe: HealthProbe) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#probe = probe;
  }

  /** Never rejects. */
  async ask(): Promise<ProbeResult> {
    const isTooSoon = this.#hangingCount > 0 && this.#clock.monotonic() < this.#notBeforeMs;
    if (this.#isAsking || isTooSoon || this.#hangingCount >= maxHanging) return stillHanging;
    const controller = new AbortController();
    this.#isAsking = true;
    return new Promise((resolve) => {
      let isLate = false;
      const timer = this.#clock.setTimeout(() => {
        const message = `no answer within ${this.#timeoutMs} ms`;
        resolve({ status: 'down', outcome: 'timeout', message });
        isLate = true;
        this.#hangs();
        controller.abort();
      }, this.#timeoutMs);
      const settle = (result: ProbeResult): void => {
        timer.cancel();
        if (isLate) this.#hangingCount -= 1;
        else this.#isAsking = false;
        this.#notBeforeMs = 0; // it answers again
        resolve(result);
      };
      callProbe(this.#probe, controller.signal).then(settle, (error: unknown) => settle(failureOf(error)));
    });
  }

  #hangs(): void {
    const waitMs = Math.min(longestWaitMs, this.#timeoutMs * (2 ** this.#hangingCount - 1));
    this.#isAsking = false;
    this.#hangingCount += 1;
    this.#notBeforeMs = this.#clock.monotonic() + waitMs;
  }
}

const maxHanging = 100;
const longestWaitMs = 600_000;

const stillHanging: ProbeResult = {
  status: 'down',
  outcome: 'timeout',
  message: 'the call before has still not answered',
};
