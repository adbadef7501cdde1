import {
  type Clock,
  type ResilienceEventBody,
  type ResourceDescriptor,
  type Rollup,
  type Throttles as AskedThrottles,
  toSparse,
  wireLimits,
} from '@holdfast/shared';
import { DropCounts } from './drop-counts.ts';
import { type ErrorTally, ErrorTallies } from './error-tallies.ts';
import { classOf, EventQueue, isStateChange } from './event-queue.ts';
import { fit } from './fit.ts';
import { LevelBook } from './level-book.ts';
import { Meter, type MeterOptions, type Telemetry } from './meter.ts';
import { RollupBacklog } from './rollup-backlog.ts';
import { Throttles } from './throttles.ts';

export interface RecorderOptions {
  readonly clock: Clock;
  /** What may wait here at most, in bytes. */
  readonly maxBytes: number;
  /** False where nobody will ever ask: then nothing is kept but the meters. Default true. */
  readonly isListening?: boolean;
  readonly internalError: (error: unknown) => void;
}

/**
 * Keeps what happened until it is sealed into a batch: the dictionary of resources, their meters, events,
 * rollups and levels. Its memory is bounded, and what has to go is counted.
 */
export class Recorder implements Telemetry {
  readonly events: EventQueue;
  readonly rollups: RollupBacklog;
  readonly levels: LevelBook = new LevelBook((error) => this.leaveOut('level', error));
  readonly drops: DropCounts = new DropCounts();
  readonly errors: ErrorTallies = new ErrorTallies();
  /** The resources as JSON, by their number. */
  readonly dictionary: string[] = [];
  /** Called when something was recorded that people wait for. */
  onUrgent: () => void = () => {};
  /** Why there is no room for events where there is none, as it is counted. */
  overflowReason: () => string = () => 'queue_overflow';
  readonly #options: RecorderOptions;
  readonly #throttles: Throttles;
  readonly #resources = new Map<string, TrackedResource>();
  /** The same and the shared one, by number. */
  readonly #tracked: TrackedResource[] = [];
  #readFrom = 0;
  /** When rollups could leave last, monotonic. */
  #releasedAt = 0;
  /** All that waits is asked for: nothing is held back before it has left. */
  #isAllAsked = false;
  #isListening: boolean;
  #overflow: TrackedResource | undefined;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#isListening = options.isListening ?? true;
    this.#throttles = new Throttles(options.clock);
    this.events = new EventQueue({
      maxBytes: options.maxBytes / 3,
      maxEvents,
      onDrop: (kind, count) => this.drops.add(classOf(kind), this.overflowReason(), count),
    });
    this.rollups = new RollupBacklog((options.maxBytes * 2) / 3);
  }

  meter(descriptor: ResourceDescriptor, options: MeterOptions = {}): Meter {
    const key = [descriptor.kind, descriptor.name].join('/'); // a template would keep its parts in memory
    const known = this.#resources.get(key);
    if (known !== undefined) return known.meter;
    if (this.dictionary.length >= wireLimits.resourcesPerAgent - 1) return this.#sharedMeter();
    const tracked = this.#track(descriptor, options);
    this.#resources.set(key, tracked);
    return tracked.meter;
  }

  /** Whether this meter is the one that all resources above the limit share. It has no level of its own. */
  isShared(meter: Meter): boolean {
    return meter === this.#overflow?.meter;
  }

  emit(event: ResilienceEventBody, meter?: Meter): void {
    if (!this.#isListening) return;
    const name = classOf(event.kind);
    const json = this.#textOf(event, meter);
    if (json === undefined) return;
    try {
      if (name === 'sample' && this.#throttles.isOn(name)) this.drops.add(name, 'throttled');
      else if (Buffer.byteLength(json) > maxEventBytes) this.drops.add(name, 'too_large');
      else this.events.push(event.kind, json, meter?.id);
      if (isStateChange(event.kind)) this.onUrgent();
    } catch (error) {
      this.#options.internalError(error);
    }
  }

  /** Counts what cannot be sent, and says why. `what` as in `DropCounts`. */
  leaveOut(what: string, error: unknown): void {
    this.drops.add(what, 'unwritable');
    this.#options.internalError(error);
  }

  tally(errors: ErrorTally): void {
    if (this.#isListening) this.errors.add(errors, this.#options.clock.now());
  }

  /** Reads and zeroes the active meters. Called once a second, and once more at the end. */
  readMeters(): void {
    if (!this.#isListening) return;
    // Counted over the second that has just passed: its middle says which second of the clock that mostly
    // was.
    const second = Math.max(0, Math.floor((this.#options.clock.now() - 500) / 1_000));
    const count = this.#tracked.length;
    if (this.rollups.length === 0) this.#isAllAsked = false;
    let firstLeft: number | undefined;
    for (let i = this.#readFrom; i < this.#readFrom + count; i++) {
      const tracked = this.#tracked[i % count];
      if (tracked === undefined) continue;
      if (this.rollups.isFull && !isNearlyWrapped(tracked.meter)) firstLeft ??= i % count;
      else this.#read(tracked, second);
    }
    this.#readFrom = firstLeft ?? 0; // who was left out goes first the next time
    this.rollups.makeRoom();
    this.#pace();
  }

  /** As `readMeters`, and nothing is held back until all of it has left. */
  readAll(): void {
    this.readMeters();
    this.#isAllAsked = true;
    this.rollups.isHeld = false;
  }

  /** The collector has more to do than it can: what it is spared. */
  throttle(asked: AskedThrottles = {}): void {
    this.#throttles.set(asked);
    if (this.#throttles.isOn('sample')) this.drops.add('sample', 'throttled', this.events.dropSamples());
  }

  /** From now on nobody asks any more. */
  stop(): void {
    this.#isListening = false;
  }

  /** Whether something waits to be sealed. */
  isPending(introducedCount: number): boolean {
    return (
      this.dictionary.length > introducedCount ||
      this.events.length > 0 ||
      this.rollups.isPending ||
      this.errors.isPending ||
      this.levels.isPending ||
      this.drops.isPending
    );
  }

  #textOf(event: ResilienceEventBody, meter?: Meter): string | undefined {
    try {
      return JSON.stringify({ ...fit(event), at: this.#options.clock.now(), resource: meter?.id });
    } catch (error) {
      this.leaveOut(classOf(event.kind), error);
      return undefined;
    }
  }

  /** While rollups are throttled they leave once a minute, as one of a minute. */
  #pace(): void {
    const { rollups } = this;
    const now = this.#options.clock.monotonic();
    const isEarly = now - this.#releasedAt < throttledEveryMs && !this.#isAllAsked;
    const isHeld = this.#throttles.isOn('rollup') && isEarly;
    if (!isHeld) this.#releasedAt = now;
    if (!isHeld && rollups.isHeld) rollups.mergeInto(60);
    rollups.isHeld = isHeld;
  }

  #sharedMeter(): Meter {
    this.drops.add('resource', 'limit');
    this.#overflow ??= this.#track({ kind: 'agent', name: 'overflow' }, {});
    return this.#overflow.meter;
  }

  #track(descriptor: ResourceDescriptor, options: MeterOptions): TrackedResource {
    const meter = new Meter(this.dictionary.length);
    this.dictionary.push(this.#isListening ? JSON.stringify(fit(descriptor)) : '');
    const tracked: TrackedResource = { meter, gauges: options.gauges, sentGauges: noGauges };
    this.#tracked.push(tracked);
    return tracked;
  }

  #read(tracked: TrackedResource, second: number): void {
    const { meter } = tracked;
    const gauges = this.#gaugesOf(tracked);
    if (!meter.active && !differ(gauges, tracked.sentGauges)) return;
    tracked.sentGauges = gauges;
    this.rollups.add({
      resource: meter.id,
      second,
      counts: Array.from(meter.counts),
      gauges,
      latency: toSparse(meter.latency),
    });
    meter.clear();
  }

  #gaugesOf(tracked: TrackedResource): Rollup['gauges'] {
    try {
      return tracked.gauges?.() ?? noGauges;
    } catch (error) {
      this.#options.internalError(error);
      return {};
    }
  }
}

interface TrackedResource {
  readonly meter: Meter;
  readonly gauges: MeterOptions['gauges'];
  sentGauges: Rollup['gauges'];
}

const noGauges: Rollup['gauges'] = {};

const maxEvents = 4_000;
const throttledEveryMs = 60_000;

/** Far above what the fields' own limits allow, far below the smallest batch. */
const maxEventBytes = 16_384;

/** A hanging dependency counts nothing, but its gauges rise: that must be seen. */
function differ(a: Rollup['gauges'], b: Rollup['gauges']): boolean {
  return a.in_flight !== b.in_flight || a.queue_length !== b.queue_length || a.limit !== b.limit;
}

/** Meters hold 32 bits: half of that is left for the seconds until the next read. */
function isNearlyWrapped(meter: Meter): boolean {
  return meter.counts.some((count) => count > 2 ** 31);
}
