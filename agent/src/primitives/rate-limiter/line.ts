import type { Clock, TimerHandle } from '@holdfast/shared';
import type { Turn } from '../engine/layers.ts';
import { type Allowance, slackMs } from './allowance.ts';

/**
 * The calls of one key that wait for their turn, in the order of their arrival, and the times that are handed
 * out to them. Who gives up leaves a time to the next in line, so that the last time of all is free again.
 */
export class Line {
  readonly allowance: Allowance;
  readonly #clock: Clock;
  readonly #gaveUp: () => void;
  readonly #waiting = new Set<Place>();
  #timer: TimerHandle | undefined;

  /** `gaveUp` is called for each that leaves the line before its turn. */
  constructor(clock: Clock, allowance: Allowance, gaveUp: () => void) {
    this.allowance = allowance;
    this.#clock = clock;
    this.#gaveUp = gaveUp;
  }

  get length(): number {
    return this.#waiting.size;
  }

  /** Whether nothing is lost where it is forgotten. */
  isIdle(nowMs: number, burst: number): boolean {
    return this.#waiting.size === 0 && this.allowance.available(nowMs) >= burst;
  }

  /** A place at the end of the line, for whom `allowance` has a time only later. */
  join(nowMs: number): Turn {
    const place = new Place(this);
    this.allowance.take(nowMs);
    this.#waiting.add(place);
    this.#arm(nowMs);
    return place;
  }

  leave(place: Place): void {
    if (!this.#waiting.delete(place)) return;
    this.allowance.giveBack();
    this.#gaveUp();
    if (this.#waiting.size > 0) return;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #arm(nowMs: number): void {
    if (this.#timer !== undefined || this.#waiting.size === 0) return;
    const delayMs = Math.max(0, this.allowance.turnMs(this.#waiting.size) - nowMs);
    const letIn = (): void => {
      this.#timer = undefined;
      this.#letIn();
    };
    this.#timer = this.#clock.setTimeout(letIn, delayMs, { keepsAlive: true });
  }

  #letIn(): void {
    const nowMs = this.#clock.monotonic();
    for (const place of this.#waiting) {
      if (this.allowance.turnMs(this.#waiting.size) > nowMs + slackMs) break;
      this.#waiting.delete(place);
      place.letIn(nowMs);
    }
    this.#arm(nowMs);
  }
}

class Place implements Turn {
  letIn: (nowMs: number) => void = () => {};
  readonly #line: Line;

  constructor(line: Line) {
    this.#line = line;
  }

  cancel(): void {
    this.#line.leave(this);
  }
}
