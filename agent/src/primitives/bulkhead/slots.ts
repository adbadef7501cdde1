import { countIndex } from '@holdfast/shared';
import { type ErrorSource, ResilienceError } from '../../errors.ts';
import { describeConfig } from '../../options/describe-config.ts';
import type { Meter } from '../../telemetry/meter.ts';
import { type Deadline, type DeadlineList, deadlinesOf } from '../../time/deadlines.ts';
import type { Course } from '../engine/layers.ts';
import { wasAnswered } from '../failure.ts';
import { meterOf, type Site, sourceOf } from '../site.ts';
import { Spell } from '../spell.ts';
import { type AdaptiveLimit, createAdaptiveLimit } from './adaptive-limit.ts';
import type { BulkheadSettings } from './options.ts';
import { WaitingRoom } from './waiting-room.ts';

/** A call that may have to wait for its turn. */
export interface Waiting extends Deadline {
  /** How important it is, from 0. */
  readonly rank: number;
  /** Its turn has come. `nowMs` is the monotonic time. */
  run(nowMs: number): void;
  /** It has to go, and has left the queue. */
  refuse(rejection: ResilienceError): void;
}

/** The slots of a bulkhead and the queue before them. */
export class Slots {
  readonly meter: Meter;
  readonly #site: Site;
  readonly #settings: BulkheadSettings;
  readonly #source: ErrorSource;
  readonly #saturation: Spell;
  readonly #waitLimit: DeadlineList | undefined;
  readonly #adaptive: AdaptiveLimit | undefined;
  readonly #queue = new WaitingRoom<Waiting>();
  /** Whether it is a layer of a pipeline. One that stands alone has its calls counted by its engine. */
  readonly #isPart: boolean;
  #inFlightCount = 0;
  #isLettingIn = false;

  constructor(site: Site, settings: BulkheadSettings) {
    this.#site = site;
    this.#settings = settings;
    this.#source = sourceOf(site, 'bulkhead');
    this.#isPart = site.pipeline !== undefined;
    this.#adaptive = settings.adaptive && createAdaptiveLimit(settings.adaptive);
    this.meter = meterOf(site, {
      kind: 'bulkhead',
      config: describeConfig(settings),
      gauges: () => ({
        in_flight: this.#inFlightCount,
        queue_length: this.#queue.size,
        limit: this.#limit,
      }),
    });
    this.#saturation = new Spell(site.runtime, this.meter, ['bulkhead.saturated', 'bulkhead.recovered']);
    this.#waitLimit =
      settings.maxQueueWaitMs === 0
        ? undefined
        : deadlinesOf(site.runtime.clock, settings.maxQueueWaitMs, { keepsAlive: true });
  }

  get hasRoom(): boolean {
    return this.#inFlightCount < this.#limit;
  }

  /** Whether a call of that rank that comes now can neither run nor wait. */
  isFullFor(rank: number): boolean {
    if (this.hasRoom || this.#queue.size < this.#settings.maxQueueLength) return false;
    return rank === 0 || this.#queue.dispensableFor(rank) === undefined;
  }

  /** Takes a slot. Only where there is room. */
  enter(): void {
    this.#inFlightCount += 1;
  }

  /** Waits in the queue. Only where it is not full for the call; a less important one may have to go. */
  enqueue(call: Waiting, nowMs: number): void {
    const isFull = this.#queue.size >= this.#settings.maxQueueLength;
    const evicted = isFull ? this.#queue.dispensableFor(call.rank) : undefined;
    if (evicted !== undefined) this.dequeue(evicted);
    this.#queue.add(call);
    this.#waitLimit?.add(call, nowMs);
    evicted?.refuse(this.rejection('evicted'));
  }

  /** Leaves the queue before its turn. */
  dequeue(call: Waiting): void {
    this.#queue.remove(call);
    this.#waitLimit?.remove(call);
  }

  /** Leaves the queue because its caller gave up. */
  giveUp(call: Waiting): void {
    this.dequeue(call);
    if (this.#isPart) this.meter.count(countIndex.cancelled);
  }

  /** A call that has a slot is over; it is to leave next. `outcome` is its column in the counters. */
  note(outcome: number, nowMs: number, call: Course): void {
    if (this.#adaptive === undefined) return;
    const isDrop = isOverload(outcome, call);
    if (!isDrop && !wasAnswered(outcome, call.lastFailure)) return;
    const inFlightCount = this.#inFlightCount;
    this.#adaptive.note({ isDrop, startedMs: call.firstMs, endedMs: nowMs, inFlightCount });
  }

  /**
   * Gives a slot back; it goes to the most important call that waits, and of those to the one that has waited
   * longest. `outcome` is the column of the call that had it.
   */
  leave(nowMs: number, outcome: number): void {
    if (this.#isPart) this.meter.count(outcome);
    this.#inFlightCount -= 1;
    if (this.#isLettingIn) return;
    this.#isLettingIn = true;
    // A loop, as one that ends at once comes back in here: a long queue would fill the stack.
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      this.dequeue(next);
      this.enter();
      next.run(nowMs);
    }
    this.#isLettingIn = false;
  }

  /** What a call is told that found no room, whose wait was too long, or that had to go for another. */
  rejection(why: 'full' | 'waited' | 'evicted' = 'full'): ResilienceError {
    if (this.#isPart) this.meter.count(countIndex.rejected);
    this.meter.count(countIndex.class_rejected);
    this.#saturation.note();
    const { maxQueueLength, maxQueueWaitMs } = this.#settings;
    const said = {
      full: `is full: ${this.#inFlightCount} under way, ${maxQueueLength} waiting`,
      waited: `had no room within ${maxQueueWaitMs} ms`,
      evicted: 'has no room left: a more important call took the place in its queue',
    };
    return new ResilienceError({
      code: 'HOLDFAST_BULKHEAD_FULL',
      message: `bulkhead "${this.#site.name}" ${said[why]}`,
      source: this.#source,
    });
  }

  get #limit(): number {
    return this.#adaptive?.limit ?? this.#settings.maxConcurrentCalls;
  }

  #next(): Waiting | undefined {
    return this.hasRoom ? this.#queue.next() : undefined;
  }
}

/** Took too long, or was refused or failed by a side that has too much to do. */
function isOverload(outcome: number, { lastFailure }: Course): boolean {
  if (outcome !== countIndex.failure) return outcome === countIndex.timeout;
  const errorClass = lastFailure?.classification.class;
  return errorClass === 'throttled' || errorClass === 'partial_outage';
}
