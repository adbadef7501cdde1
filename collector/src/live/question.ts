import { type Filter, type LiveDelta, type LiveMark, type LiveMessage } from '@holdfast/shared';
import { Feed } from './feed.ts';
import type { LiveReader } from './live-reader.ts';
import { textFrames } from './text-frames.ts';
import type { Changes, ViewTracker } from './view-tracker.ts';

export interface QuestionOptions {
  readonly filter: Filter;
  readonly tracker: ViewTracker;
  /** Begins the cursors of this question, and of no other one ever. */
  readonly id: string;
}

/** A filter with those who ask for it: what they are told is made and encoded once for all of them. */
export class Question {
  readonly filter: Filter;
  readonly readers: Set<LiveReader> = new Set<LiveReader>();
  /** When its last reader left, monotonic. */
  leftAt = 0;
  /** Messages that readers who were behind did not get, and snapshots that they got instead. */
  readonly slow = { skipped: 0, snapshots: 0 };
  private readonly options: QuestionOptions;
  private readonly feed: Feed;
  private toldAt = 0;
  /** The last snapshot, until the next step. */
  private encoded: { step: number; problem: string | undefined; frames: readonly Buffer[] } | undefined;

  constructor(options: QuestionOptions) {
    this.options = options;
    this.filter = options.filter;
    this.feed = new Feed(options.tracker, options.filter);
  }

  /** Tells a new reader what it does not know: what came after its cursor, else everything. */
  greet(reader: LiveReader, cursor: string | undefined, mark: LiveMark): void {
    const { id } = this.options;
    const step = cursor?.startsWith(`${id}.`) ? Number(cursor.slice(id.length + 1)) : Number.NaN;
    const missed = Number.isInteger(step) ? this.feed.since(step) : undefined;
    reader.isBehind = !reader.send(missed === undefined ? this.snapshot(mark) : this.encode(missed, mark));
    this.readers.add(reader);
  }

  /** Takes a step; its readers hear of it where there is news for them, or they heard nothing lately. */
  tell(changes: Changes, mark: LiveMark, heard: { readonly now: number; readonly isDue: boolean }): void {
    const delta = this.feed.take(changes);
    this.encoded = undefined;
    if (this.readers.size === 0) return;
    if (!hasNews(delta) && !heard.isDue && heard.now - this.toldAt < heartbeatMs) return;
    this.toldAt = heard.now;
    const frames = this.encode(delta, mark);
    for (const reader of this.readers) {
      if (!reader.isBehind) {
        reader.isBehind = !reader.send(frames);
      } else if (reader.queuedBytes === 0) {
        reader.isBehind = !reader.send(this.snapshot(mark));
        this.slow.snapshots++;
      }
      if (reader.isBehind) this.slow.skipped++;
    }
  }

  /** Many may come at once, as after a restart: it is encoded once a step. */
  private snapshot(mark: LiveMark): readonly Buffer[] {
    const { step } = this.options.tracker;
    const { problem } = mark;
    if (this.encoded?.step !== step || this.encoded.problem !== problem)
      this.encoded = { step, problem, frames: this.encode(this.feed.snapshot(), mark) };
    return this.encoded.frames;
  }

  private encode(message: LiveMessage, mark: LiveMark): readonly Buffer[] {
    const { id, tracker } = this.options;
    return textFrames(JSON.stringify({ ...message, cursor: `${id}.${tracker.step}`, ...mark }));
  }
}

/** Less than the second that is promised, as ticks do not fall on it. */
const heartbeatMs = 800;

/** Beside its type and time. */
function hasNews(delta: LiveDelta): boolean {
  return Object.keys(delta).length > 2;
}
