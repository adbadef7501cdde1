import { countIndex } from '@holdfast/shared';
import { type ErrorSource, ResilienceError } from '../../errors.ts';
import { describeConfig } from '../../options/describe-config.ts';
import { present } from '../../present.ts';
import type { Meter } from '../../telemetry/meter.ts';
import { type CallOptions, priorities, rankOf } from '../call.ts';
import type { Course, Entrance } from '../engine/layers.ts';
import { wasAnswered } from '../failure.ts';
import { meterOf, type Site, sourceOf } from '../site.ts';
import { Spell } from '../spell.ts';
import type { LoadShedderSettings } from './options.ts';
import { Concurrency, EventLoopLag, QueueTime, type Signal } from './signals.ts';
import { Throttle } from './throttle.ts';

/** Decides about each call by what the signals say and how important it is. */
export class Shedder implements Entrance {
  readonly meter: Meter;
  readonly #site: Site;
  readonly #source: ErrorSource;
  readonly #spell: Spell;
  /** Whether it is a layer of a pipeline. One that stands alone has its calls counted by its engine. */
  readonly #isPart: boolean;
  readonly #concurrency: Concurrency;
  readonly #queueTime: QueueTime | undefined;
  readonly #throttle: Throttle | undefined;
  readonly #signals: readonly Signal[];

  constructor(site: Site, settings: LoadShedderSettings) {
    const { clientThrottle, queueTime, eventLoopLag, concurrency } = settings;
    this.#site = site;
    this.#source = sourceOf(site, 'load_shedder');
    this.#isPart = site.pipeline !== undefined;
    this.#concurrency = new Concurrency(concurrency?.limit ?? Number.POSITIVE_INFINITY);
    this.#queueTime = queueTime && new QueueTime(queueTime);
    this.#throttle = clientThrottle && new Throttle(clientThrottle);
    const lag = eventLoopLag && new EventLoopLag(site.runtime.clock, eventLoopLag);
    this.#signals = [concurrency && this.#concurrency, this.#queueTime, lag].filter(
      (signal) => signal !== undefined,
    );
    this.meter = meterOf(site, {
      kind: 'load_shedder',
      config: describeConfig(settings),
      gauges: () => present({ in_flight: this.#concurrency.inFlightCount, limit: concurrency?.limit }),
    });
    this.#spell = new Spell(site.runtime, this.meter, ['load_shedder.started', 'load_shedder.stopped']);
  }

  admit(nowMs: number, options: CallOptions | undefined): ResilienceError | undefined {
    const rank = rankOf(options?.priority);
    const rejection = this.#bySignal(nowMs, rank, options) ?? this.#byThrottle(nowMs, rank);
    if (rejection === undefined) this.#concurrency.inFlightCount += 1;
    return rejection;
  }

  began(waitMs: number, nowMs: number, options: CallOptions | undefined): void {
    // Who says since when a call waits has been heard when it came.
    if (options?.enqueuedAt === undefined) this.#queueTime?.note(waitMs, nowMs);
  }

  leave(outcome: number, nowMs: number, call: Course): void {
    this.#concurrency.inFlightCount -= 1;
    if (this.#isPart) this.meter.count(outcome);
    if (this.#throttle === undefined) return;
    if (wasAnswered(outcome, call.lastFailure)) this.#throttle.accept(nowMs);
    else if (outcome === countIndex.ignored || outcome === countIndex.cancelled)
      this.#throttle.forget(call.rank, call.startedMs, nowMs);
  }

  #bySignal(nowMs: number, rank: number, options: CallOptions | undefined): ResilienceError | undefined {
    const enqueuedAt = options?.enqueuedAt;
    const waitMs =
      enqueuedAt === undefined ? undefined : Math.max(0, this.#site.runtime.clock.now() - enqueuedAt);
    for (const signal of this.#signals) {
      if (signal.pressure(nowMs, waitMs) >= (tolerated[rank] ?? 1))
        return this.#rejection(rank, signal.describe(), signal.retryAfterMs?.(nowMs));
    }
    return undefined;
  }

  #byThrottle(nowMs: number, rank: number): ResilienceError | undefined {
    const throttle = this.#throttle;
    if (throttle === undefined) return undefined;
    const ratio = throttle.ratioFor(rank, nowMs);
    throttle.request(rank);
    if (ratio === 0 || this.#site.runtime.random() >= ratio) return undefined;
    return this.#rejection(rank, 'too few of the last calls were accepted');
  }

  #rejection(rank: number, why: string, retryAfterMs?: number): ResilienceError {
    if (this.#isPart) this.meter.count(countIndex.rejected);
    this.meter.count(countIndex.class_rejected);
    this.#spell.note();
    return new ResilienceError({
      code: 'HOLDFAST_LOAD_SHED',
      message: `load shedder "${this.#site.name}" sheds ${priorities[rank]} calls: ${why}`,
      source: this.#source,
      retryAfterMs,
    });
  }
}

/** How much pressure a call of each rank stands. */
const tolerated = [0.75, 1, 1.5, 2] as const;
