import { countIndex } from '@holdfast/shared';
import { noteError } from '../../classification/error-log.ts';
import type { ErrorSource } from '../../errors.ts';
import type { Meter } from '../../telemetry/meter.ts';
import type { CallOptions } from '../call.ts';
import type { Failure } from '../failure.ts';
import { follow, unfollow } from '../follow.ts';
import { type Site, sourceOf } from '../site.ts';
import { Spell } from '../spell.ts';
import { FallbackFailedError } from './failed.ts';
import { LastGood, noAnswer } from './last-good.ts';
import type { FallbackSettings, Source } from './options.ts';

/** Answers instead of an error, and says when that begins and ends. */
export class StandIn {
  readonly #site: Site;
  readonly #meter: Meter;
  readonly #settings: FallbackSettings;
  readonly #source: ErrorSource;
  readonly #spell: Spell;
  readonly #sources: readonly Source[];
  readonly #lastGoods: readonly LastGood[];

  constructor(site: Site, meter: Meter, settings: FallbackSettings) {
    const lastGoods: LastGood[] = [];
    this.#sources = [settings.fallback].flat().map((source) => {
      if (typeof source === 'function') return source;
      const lastGood = new LastGood(site.runtime, meter, source);
      lastGoods.push(lastGood);
      return (error, options) => lastGood.answer(error, options);
    });
    this.#lastGoods = lastGoods;
    this.#site = site;
    this.#meter = meter;
    this.#settings = settings;
    this.#source = sourceOf(site, 'fallback');
    this.#spell = new Spell(site.runtime, meter, ['fallback.started', 'fallback.stopped']);
  }

  /** Whether an error is answered. A call that its caller gave up never is. */
  answers({ error, classification, plan }: Failure): boolean {
    const { class: errorClass, isMistake } = classification;
    if (errorClass === 'cancelled') return false;
    return (
      this.#asks(error, errorClass) ??
      plan?.fallback ??
      (errorClass !== 'caller' && (errorClass !== 'critical' || isMistake === true))
    );
  }

  /** Whether a rejection by another layer is answered. */
  answersRejection(error: unknown): boolean {
    return this.#asks(error, 'rejected') ?? true;
  }

  /** A call has succeeded: its answer may be the last good one. */
  keep(value: unknown, options: CallOptions | undefined): void {
    if (this.#lastGoods.length === 0) return; // spares most calls the loop
    for (const lastGood of this.#lastGoods) lastGood.keep(value, options);
  }

  /**
   * The first answer that a source has, or a promise of it. Throws a `FallbackFailedError` where all failed,
   * `error` itself where none had one, and the signal's reason where the caller gave up meanwhile.
   */
  answer(error: unknown, options: CallOptions | undefined): unknown {
    return this.#from(0, { error, options, faults: undefined });
  }

  #from(index: number, request: Request): unknown {
    const source = this.#sources[index];
    if (source === undefined) throw this.#failed(request);
    let answer: unknown;
    try {
      answer = source(request.error, request.options);
    } catch (fault) {
      this.#note(fault, request);
      return this.#from(index + 1, request);
    }
    if (answer === noAnswer) return this.#from(index + 1, request);
    if (isThenable(answer)) return this.#settled(answer, index, request);
    this.#used();
    return answer;
  }

  async #settled(answer: PromiseLike<unknown>, index: number, request: Request): Promise<unknown> {
    const signal = request.options?.signal;
    let value: unknown;
    try {
      value = await (signal === undefined ? answer : unlessAborted(answer, signal));
    } catch (fault) {
      if (signal?.aborted) throw signal.reason;
      this.#note(fault, request);
      return this.#from(index + 1, request);
    }
    this.#used();
    return value;
  }

  #used(): void {
    this.#meter.count(countIndex.fallback_used);
    this.#spell.note();
  }

  /** Only here is the error of a fallback seen: the next one may answer. */
  #note(fault: unknown, request: Request): void {
    const { runtime } = this.#site;
    request.faults ??= [];
    request.faults.push(fault);
    noteError(runtime, {
      meter: this.#meter,
      error: fault,
      classification: runtime.classifier.classify(fault),
    });
  }

  #failed({ error, faults }: Request): unknown {
    if (faults === undefined) return error;
    this.#meter.count(countIndex.fallback_failed);
    return new FallbackFailedError({ source: this.#source, cause: error }, faults);
  }

  #asks(error: unknown, errorClass: string): boolean | undefined {
    const { fallbackOn } = this.#settings;
    if (typeof fallbackOn === 'object') return fallbackOn.some((listed) => listed === errorClass);
    try {
      return fallbackOn?.(error);
    } catch (fault) {
      this.#site.runtime.internalError(fault);
      return undefined;
    }
  }
}

/** One call that is to be answered. */
interface Request {
  readonly error: unknown;
  readonly options: CallOptions | undefined;
  /** What the sources failed with so far. */
  faults: unknown[] | undefined;
}

/** Whether an answer is still to come. */
function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/** Settles as `answer` does, or rejects when the signal aborts. */
function unlessAborted(answer: PromiseLike<unknown>, signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    const settle =
      (settled: (result: unknown) => void) =>
      (result: unknown): void => {
        unfollow(signal, onAbort);
        settled(result);
      };
    if (signal.aborted) onAbort();
    else follow(signal, onAbort);
    answer.then(settle(resolve), settle(reject));
  });
}
