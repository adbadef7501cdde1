import type { Clock, Filter, LiveMark, TimerHandle } from '@holdfast/shared';
import type { Bus } from '../bus/bus.ts';
import { messageOf } from '../errors.ts';
import type { FoldedState } from '../fold/folded-state.ts';
import type { Log } from '../log.ts';
import { done, type Outcome, refused } from '../refusal.ts';
import type { EventStore } from '../store/event-store.ts';
import type { LiveReader } from './live-reader.ts';
import { Question } from './question.ts';
import { isUrgent, urgentOf } from './urgent.ts';
import { ViewTracker } from './view-tracker.ts';

export interface LiveHubOptions {
  readonly state: FoldedState;
  readonly store: Pick<EventStore, 'problem'>;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
}

/** What a reader asks of the present. */
export interface PresentQuestion {
  /** Alike texts are one question. */
  readonly text: string;
  readonly filter: Filter;
  readonly cursor: string | undefined;
}

const tickMs = 250;
/**
 * Transitions do not wait for the tick, but ten messages a second are enough for any eye. Figures, which are
 * of whole seconds, do wait.
 */
const urgentMs = 100;
/** Who comes back within this time hears only what changed meanwhile. */
const lingerMs = 60_000;
const mostQuestions = 64;

/** Tells the readers of every question what changes in the fleet, ten times a second at most. */
export class LiveHub {
  private readonly options: LiveHubOptions;
  private readonly questions = new Map<string, Question>();
  /** Present while somebody reads, and for a while after. */
  private tracker: ViewTracker | undefined;
  private trackers = 0;
  private madeQuestions = 0;
  private timer: TimerHandle | undefined;
  private tickAt = 0;
  private tickedAt = 0;
  private fullAt = 0;
  private problem: string | undefined;
  private readonly forgotten = { skipped: 0, snapshots: 0 };
  private readonly unsubscribe: () => void;

  constructor(options: LiveHubOptions) {
    this.options = options;
    this.unsubscribe = options.bus.subscribe((message) => {
      if (message.type === 'rebuilt') return this.startAnew();
      if (this.tracker === undefined) return;
      const { entry, touched } = message;
      this.tracker.touch(touched, urgentOf(entry, options.state.fleet.events));
      if (this.hasReaders && isUrgent(entry)) this.tickWithin(urgentMs);
    });
  }

  /** Messages that slow readers did not get, and snapshots that they got instead, since the start. */
  get slow(): { readonly skipped: number; readonly snapshots: number } {
    const all = [this.forgotten, ...[...this.questions.values()].map((one) => one.slow)];
    const sum = (of: 'skipped' | 'snapshots'): number => all.reduce((total, one) => total + one[of], 0);
    return { skipped: sum('skipped'), snapshots: sum('snapshots') };
  }

  get questionCount(): number {
    return this.questions.size;
  }

  /** Tells a reader what it asks for, from now on. Refused where too much is asked at once, or it fails. */
  join(reader: LiveReader, asked: PresentQuestion): Outcome<undefined> {
    try {
      return this.welcome(reader, asked);
    } catch (error) {
      if (this.hasReaders) this.options.log('error', `a live view cannot be begun: ${messageOf(error)}`);
      else this.giveUp(error);
      return refused('failed', 'the live view failed');
    }
  }

  private welcome(reader: LiveReader, asked: PresentQuestion): Outcome<undefined> {
    if (!this.hasReaders) this.tick(); // nobody was told anything for a while
    this.tracker ??= this.begin();
    const question = this.questions.get(asked.text) ?? this.make(asked, this.tracker);
    if (question === undefined) {
      const detail = `there are ${mostQuestions} different filters in use already; ask again later`;
      return refused('unavailable', detail, { field: 'q' });
    }
    this.leave(reader);
    question.greet(reader, asked.cursor, this.mark());
    this.tickWithin(tickMs);
    return done(undefined);
  }

  leave(reader: LiveReader): void {
    for (const question of this.questions.values()) {
      if (question.readers.delete(reader)) question.leftAt = this.options.clock.monotonic();
    }
  }

  close(): void {
    this.unsubscribe();
    this.timer?.cancel();
  }

  private get hasReaders(): boolean {
    for (const { readers } of this.questions.values()) if (readers.size > 0) return true;
    return false;
  }

  private begin(): ViewTracker {
    const { state, clock } = this.options;
    this.trackers++;
    this.tickedAt = clock.monotonic();
    return new ViewTracker(() => state.fleet, clock.now());
  }

  private make(
    { text, filter }: Pick<PresentQuestion, 'text' | 'filter'>,
    tracker: ViewTracker,
  ): Question | undefined {
    if (this.questions.size >= mostQuestions) this.forgetOne();
    if (this.questions.size >= mostQuestions) return undefined;
    // The time keeps cursors apart that were given before the collector started anew.
    const id = `${this.options.clock.now().toString(36)}-${this.trackers}-${++this.madeQuestions}`;
    const question = new Question({ filter, tracker, id });
    this.questions.set(text, question);
    return question;
  }

  /** The one that was left the longest ago. */
  private forgetOne(): void {
    const left = [...this.questions].filter(([, { readers }]) => readers.size === 0);
    const [oldest] = left.sort(([, a], [, b]) => a.leftAt - b.leftAt);
    if (oldest !== undefined) this.forget(oldest[0]);
  }

  private forget(text: string): void {
    const slow = this.questions.get(text)?.slow;
    this.forgotten.skipped += slow?.skipped ?? 0;
    this.forgotten.snapshots += slow?.snapshots ?? 0;
    this.questions.delete(text);
  }

  /** After a rebuild nothing that was told is certain. */
  private startAnew(): void {
    if (this.tracker === undefined) return;
    this.tracker = this.begin();
    const before = [...this.questions];
    for (const [text, { filter, readers }] of before) {
      this.forget(text);
      const question = this.make({ text, filter }, this.tracker);
      for (const reader of readers) question?.greet(reader, undefined, this.mark());
    }
  }

  private tickWithin(delayMs: number): void {
    const now = this.options.clock.monotonic();
    const at = Math.max(now, Math.min(now + delayMs, this.tickedAt + delayMs));
    if (this.timer !== undefined && this.tickAt <= at) return;
    this.timer?.cancel();
    this.tickAt = at;
    this.timer = this.options.clock.setTimeout(() => {
      this.timer = undefined;
      try {
        this.tick();
      } catch (error) {
        this.giveUp(error);
      }
    }, at - now);
  }

  private giveUp(error: unknown): void {
    this.options.log('error', `the live view failed: ${messageOf(error)}`);
    for (const [text, question] of this.questions) this.drop(text, question);
    this.tracker = undefined;
  }

  /** Nobody knows what its readers were told: each comes again, and gets everything. */
  private drop(text: string, { readers }: Question): void {
    this.forget(text);
    for (const { socket } of readers) socket.close(1011, 'the live view failed');
  }

  /** While nobody reads only the end of the wait for readers is watched for. */
  private tick(): void {
    if (this.tracker === undefined) return;
    const { clock } = this.options;
    const now = clock.monotonic();
    this.tickedAt = now;
    for (const [text, { readers, leftAt }] of this.questions)
      if (readers.size === 0 && now - leftAt >= lingerMs) this.forget(text);
    if (this.questions.size === 0) {
      this.tracker = undefined;
      return;
    }
    const isFull = now - this.fullAt >= tickMs;
    if (isFull) this.fullAt = now;
    const changes = this.tracker.advance(clock.now(), isFull);
    const mark = this.mark();
    const isDue = mark.problem !== this.problem;
    this.problem = mark.problem;
    for (const [text, question] of this.questions) {
      try {
        question.tell(changes, mark, { now, isDue });
      } catch (error) {
        this.options.log('error', `the live view of "${text}" failed: ${messageOf(error)}`);
        this.drop(text, question);
      }
    }
    this.tickWithin(this.hasReaders ? tickMs : lingerMs);
  }

  private mark(): LiveMark {
    const { problem } = this.options.store;
    return problem === undefined ? {} : { problem };
  }
}
