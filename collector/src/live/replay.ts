import type { Clock, Filter, LiveMark, LiveMessage, TimerHandle } from '@holdfast/shared';
import { Playback } from '../fold/playback.ts';
import type { EventStore } from '../store/event-store.ts';
import { Feed } from './feed.ts';
import type { LiveReader } from './live-reader.ts';
import { textFrames } from './text-frames.ts';
import { ViewTracker } from './view-tracker.ts';

export interface ReplayOptions {
  readonly store: EventStore;
  readonly clock: Clock;
  readonly reader: LiveReader;
  readonly filter: Filter;
  /** Where it begins, epoch milliseconds. */
  readonly at: number;
  /** Milliseconds of the past in one of the present. */
  readonly speed: number;
  /** Called once when it has caught up with the present, and is over. */
  readonly onNow: () => void;
  /** Called once when the log cannot be read, and it is over. */
  readonly onFailure: (error: unknown) => void;
}

const stepMs = 250;

/** Shows the past once more to one reader, up to now. It goes no faster than the reader reads. */
export class Replay {
  private readonly options: ReplayOptions;
  private at: number;
  private timer: TimerHandle | undefined;
  private wake: () => void = () => {};
  private isOver = false;
  /** Resolves once it folds nothing and holds nothing any more. */
  readonly ended: Promise<void>;

  constructor(options: ReplayOptions) {
    this.options = options;
    this.at = options.at;
    this.ended = this.run().catch((error: unknown) => {
      if (!this.isOver) options.onFailure(error);
      this.stop();
    });
  }

  stop(): void {
    this.isOver = true;
    this.timer?.cancel();
    this.wake();
  }

  private async run(): Promise<void> {
    const { clock, filter, reader } = this.options;
    const isWanted = (): boolean => !this.isOver;
    const playback = await Playback.at(this.at, { ...this.options, isWanted });
    const tracker = new ViewTracker(() => playback.fleet, this.at);
    const feed = new Feed(tracker, filter);
    let isTold = false;
    for (; !this.isOver; await this.pause()) {
      if (reader.queuedBytes > 0) continue;
      if (!isTold) {
        isTold = reader.send(this.encode(feed.snapshot()));
        continue;
      }
      const next = Math.floor(this.at + stepMs * this.options.speed);
      if (next >= clock.now()) return this.end();
      await playback.advance(next, (addresses) => tracker.touch(addresses));
      if (this.isOver) return;
      this.at = next;
      isTold = reader.send(this.encode(feed.take(tracker.advance(next))));
    }
  }

  private end(): void {
    if (this.isOver) return;
    this.stop();
    this.options.onNow();
  }

  private pause(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
      this.timer = this.options.clock.setTimeout(resolve, stepMs);
    });
  }

  private encode(message: LiveMessage): readonly Buffer[] {
    const { store, speed } = this.options;
    const { problem } = store;
    const mark: LiveMark = { replay: { speed }, ...(problem === undefined ? {} : { problem }) };
    return textFrames(JSON.stringify({ ...message, ...mark }));
  }
}
