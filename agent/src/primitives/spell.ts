import type { ResilienceEventBody } from '@holdfast/shared';
import type { Runtime } from '../runtime.ts';
import type { Meter } from '../telemetry/meter.ts';
import { Deadline, type DeadlineList, deadlinesOf } from '../time/deadlines.ts';

/** Events that say no more than how often something happened since it began. */
type CountedKind = Extract<ResilienceEventBody, { readonly count: number; readonly reason?: never }>['kind'];

/**
 * A time in which something keeps happening: calls turned away, or answered by a fallback. It begins with the
 * first and ends after 10 s without one, so that a change of level is told, and not every call.
 */
export class Spell extends Deadline {
  readonly #runtime: Runtime;
  readonly #meter: Meter;
  readonly #kinds: readonly [begins: CountedKind, ends: CountedKind];
  readonly #quiet: DeadlineList;
  #count = 0;
  #isOn = false;
  #isRecent = false;

  constructor(runtime: Runtime, meter: Meter, kinds: readonly [begins: CountedKind, ends: CountedKind]) {
    super();
    this.#runtime = runtime;
    this.#meter = meter;
    this.#kinds = kinds;
    this.#quiet = deadlinesOf(runtime.clock, quietMs);
  }

  /** It happened once more. Reads no clock but at the beginning. */
  note(): void {
    this.#count += 1;
    this.#isRecent = true;
    if (this.#isOn) return;
    this.#isOn = true;
    this.#isRecent = false;
    this.#runtime.telemetry.emit({ kind: this.#kinds[0], count: 0 }, this.#meter);
    this.#quiet.add(this, this.#runtime.clock.monotonic());
  }

  override expire(): void {
    if (this.#isRecent) {
      this.#isRecent = false;
      this.#quiet.add(this, this.#runtime.clock.monotonic());
      return;
    }
    this.#isOn = false;
    this.#runtime.telemetry.emit({ kind: this.#kinds[1], count: this.#count }, this.#meter);
    this.#count = 0;
  }
}

const quietMs = 10_000;
