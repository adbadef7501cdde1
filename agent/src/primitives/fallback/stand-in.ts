import { countIndex } from '@holdfast/shared';
import type { Runtime } from '../../runtime.ts';
import type { Meter } from '../../telemetry/meter.ts';
import type { Failure } from '../failure.ts';
import { Spell } from '../spell.ts';
import type { FallbackSettings } from './options.ts';

/** Answers instead of an error, and says when that begins and ends. */
export class StandIn {
  readonly #runtime: Runtime;
  readonly #meter: Meter;
  readonly #settings: FallbackSettings;
  readonly #spell: Spell;

  constructor(runtime: Runtime, meter: Meter, settings: FallbackSettings) {
    this.#runtime = runtime;
    this.#meter = meter;
    this.#settings = settings;
    this.#spell = new Spell(runtime, meter, ['fallback.started', 'fallback.stopped']);
  }

  /** Whether an error is answered. A call that its caller gave up never is. */
  answers({ error, classification }: Failure): boolean {
    return classification.class !== 'cancelled' && (this.#asks(error) ?? classification.class !== 'caller');
  }

  /** Whether a rejection by another layer is answered. */
  answersRejection(error: unknown): boolean {
    return this.#asks(error) ?? true;
  }

  /** The answer, or a promise of it. Throws what the fallback throws. */
  answer(error: unknown, context: unknown): unknown {
    let answer: unknown;
    try {
      answer = this.#settings.fallback(error, context);
    } catch (fault) {
      this.#meter.count(countIndex.fallback_failed);
      throw fault;
    }
    if (isThenable(answer)) return this.#settled(answer);
    this.#used();
    return answer;
  }

  async #settled(answer: PromiseLike<unknown>): Promise<unknown> {
    let value: unknown;
    try {
      value = await answer;
    } catch (fault) {
      this.#meter.count(countIndex.fallback_failed);
      throw fault;
    }
    this.#used();
    return value;
  }

  #used(): void {
    this.#meter.count(countIndex.fallback_used);
    this.#spell.note();
  }

  #asks(error: unknown): boolean | undefined {
    try {
      return this.#settings.fallbackOn?.(error);
    } catch (fault) {
      this.#runtime.internalError(fault);
      return undefined;
    }
  }
}

/** Whether an answer is still to come. */
function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
