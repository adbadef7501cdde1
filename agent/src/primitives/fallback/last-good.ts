import { countIndex } from '@holdfast/shared';
import type { Runtime } from '../../runtime.ts';
import type { Meter } from '../../telemetry/meter.ts';
import { Lru } from '../cache/lru.ts';
import type { CallOptions } from '../call.ts';
import type { LastGoodSettings } from './options.ts';

/** What a source says that has no answer, which is no failure. */
export const noAnswer: unique symbol = Symbol('no answer');

/** The last good answers, by key. */
export class LastGood {
  readonly #runtime: Runtime;
  readonly #meter: Meter;
  readonly #settings: LastGoodSettings;
  readonly #kept: Lru<Kept>;
  #hasComplained = false;

  constructor(runtime: Runtime, meter: Meter, settings: LastGoodSettings) {
    this.#runtime = runtime;
    this.#meter = meter;
    this.#settings = settings;
    this.#kept = new Lru(settings.maxKeys);
  }

  keep(value: unknown, options: CallOptions | undefined): void {
    const key = this.#keyOf(options);
    if (key !== undefined) this.#kept.set(key, { value, keptMs: this.#runtime.clock.monotonic() });
  }

  /** `noAnswer` where there is none, or none that is young enough. Throws what the host's function throws. */
  answer(error: unknown, options: CallOptions | undefined): unknown {
    const key = this.#keyOf(options);
    const kept = key === undefined ? undefined : this.#kept.get(key);
    if (kept === undefined) return noAnswer;
    const { maxAgeMs, answer } = this.#settings;
    const { value } = kept;
    const ageMs = this.#runtime.clock.monotonic() - kept.keptMs;
    if (ageMs > maxAgeMs) return noAnswer;
    this.#meter.count(countIndex.cache_stale);
    return answer === undefined ? value : answer({ value, ageMs }, error, options?.context);
  }

  /** Told once: who forgets the key would otherwise learn of it in an outage. */
  #keyOf(options: CallOptions | undefined): string | undefined {
    if (this.#settings.scope === 'all') return '';
    const key = options?.key;
    if (key === undefined && !this.#hasComplained) {
      this.#hasComplained = true;
      this.#runtime.internalError(
        new TypeError('`lastGood` keeps nothing of calls without a `key`; or give it `scope: "all"`'),
      );
    }
    return key;
  }
}

interface Kept {
  readonly value: unknown;
  /** Monotonic. */
  readonly keptMs: number;
}
