import { countIndex } from '@holdfast/shared';
import { type ErrorSource, ResilienceError } from '../../errors.ts';
import { describeConfig } from '../../options/describe-config.ts';
import type { Meter } from '../../telemetry/meter.ts';
import { type Deadline, type DeadlineList, deadlinesOf } from '../../time/deadlines.ts';
import type { Priority } from '../call.ts';
import { meterOf, type Site, sourceOf } from '../site.ts';
import { Spell } from '../spell.ts';
import type { BulkheadSettings } from './options.ts';

/** A call that may have to wait for its turn. */
export interface Waiting extends Deadline {
  /** Its turn has come. `nowMs` is the monotonic time. */
  run(nowMs: number): void;
}

/** The slots of a bulkhead and the queue before them. */
export class Slots {
  readonly meter: Meter;
  readonly #site: Site;
  readonly #settings: BulkheadSettings;
  readonly #source: ErrorSource;
  readonly #saturation: Spell;
  readonly #waitLimit: DeadlineList | undefined;
  /** In order of arrival. */
  readonly #queue = new Set<Waiting>();
  /** Whether it is a layer of a pipeline. One that stands alone has its calls counted by its engine. */
  readonly #isPart: boolean;
  #inFlightCount = 0;

  constructor(site: Site, settings: BulkheadSettings) {
    this.#site = site;
    this.#settings = settings;
    this.#source = sourceOf(site, 'bulkhead');
    this.#isPart = site.pipeline !== undefined;
    this.meter = meterOf(site, {
      kind: 'bulkhead',
      config: describeConfig(settings),
      latency: !this.#isPart,
      gauges: () => ({
        in_flight: this.#inFlightCount,
        queue_length: this.#queue.size,
        limit: settings.maxConcurrentCalls,
      }),
    });
    this.#saturation = new Spell(site.runtime, this.meter, ['bulkhead.saturated', 'bulkhead.recovered']);
    this.#waitLimit =
      settings.maxQueueWaitMs === 0 ? undefined : deadlinesOf(site.runtime.clock, settings.maxQueueWaitMs);
  }

  get hasRoom(): boolean {
    return this.#inFlightCount < this.#settings.maxConcurrentCalls;
  }

  /** Whether a call that comes now can neither run nor wait. */
  get isFull(): boolean {
    return !this.hasRoom && this.#queue.size >= this.#settings.maxQueueLength;
  }

  /** Takes a slot. Only where there is room. */
  enter(): void {
    this.#inFlightCount += 1;
  }

  /** Waits in the queue. Only where it is not full. */
  enqueue(call: Waiting, nowMs: number, _priority: Priority = 'normal'): void {
    this.#queue.add(call);
    this.#waitLimit?.add(call, nowMs);
  }

  /** Leaves the queue before its turn. */
  dequeue(call: Waiting): void {
    this.#queue.delete(call);
    this.#waitLimit?.remove(call);
  }

  /**
   * Gives a slot back; it goes to the call that has waited longest. `outcome` is the column of the call that
   * had it.
   */
  leave(nowMs: number, outcome: number): void {
    if (this.#isPart) this.meter.count(outcome);
    if (this.#queue.size === 0) {
      this.#inFlightCount -= 1;
      return;
    }
    const [next] = this.#queue;
    if (next === undefined) return;
    this.dequeue(next);
    next.run(nowMs);
  }

  /** What a call is told that found no room, or whose wait was too long. */
  rejection(hasWaited = false): ResilienceError {
    if (this.#isPart) this.meter.count(countIndex.rejected);
    this.meter.count(countIndex.class_rejected);
    this.#saturation.note();
    const { maxConcurrentCalls, maxQueueLength, maxQueueWaitMs } = this.#settings;
    return new ResilienceError({
      code: 'HOLDFAST_BULKHEAD_FULL',
      message: hasWaited
        ? `bulkhead "${this.#site.name}" had no room within ${maxQueueWaitMs} ms`
        : `bulkhead "${this.#site.name}" is full: ${maxConcurrentCalls} under way, ${maxQueueLength} waiting`,
      source: this.#source,
    });
  }
}
