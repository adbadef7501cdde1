import type { Clock, Filter } from '@holdfast/shared';
import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import { checkBegin, momentOf } from '../query/moments.ts';
import { done, type Outcome, refused } from '../refusal.ts';
import type { EventStore } from '../store/event-store.ts';
import type { LiveReader } from './live-reader.ts';
import { Replay } from './replay.ts';

export interface ReplaysOptions {
  readonly store: EventStore;
  readonly clock: Clock;
  readonly log: Log;
}

/** What a reader asks to see again. */
export interface PastQuestion {
  readonly filter: Filter;
  /** As it stands in the question. */
  readonly at: string;
  readonly speed: number;
  /** Called when it has caught up with the present. */
  readonly onNow: () => void;
}

/** Each holds a fleet of its own, and reads the log. */
const mostReplays = 8;

/** The replays that run now, one a reader at most. */
export class Replays {
  private readonly options: ReplaysOptions;
  private readonly running = new Map<LiveReader, Replay>();
  /** Those that were stopped and still fold, too. */
  private readonly held = new Set<Replay>();

  constructor(options: ReplaysOptions) {
    this.options = options;
  }

  get count(): number {
    return this.running.size;
  }

  /** Begins one, in place of that which the reader has; `isWanted` says whether it still is once it can. */
  async start(reader: LiveReader, asked: PastQuestion, isWanted: () => boolean): Promise<Outcome<undefined>> {
    const { store, clock, log } = this.options;
    const moment = momentOf(asked.at, clock);
    if (!moment.ok) return moment;
    const begin = checkBegin(moment.value, await store.pastBeginsAt());
    if (!begin.ok) return begin;
    if (!isWanted()) return done(undefined);
    const before = this.running.get(reader);
    this.stop(reader);
    await before?.ended;
    if (!isWanted()) return done(undefined);
    if (this.held.size >= mostReplays) return refused('unavailable', tooMany, { field: 'at' });
    const { filter, speed } = asked;
    const replay = new Replay({
      store,
      clock,
      reader,
      filter,
      speed,
      at: moment.value,
      onNow: () => {
        this.running.delete(reader);
        asked.onNow();
      },
      onFailure: (error) => {
        this.running.delete(reader);
        log('error', `a replay ended: ${messageOf(error)}`);
        reader.socket.close(1011, 'the past cannot be read');
      },
    });
    this.running.set(reader, replay);
    this.held.add(replay);
    void replay.ended.then(() => this.held.delete(replay));
    return done(undefined);
  }

  stop(reader: LiveReader): void {
    this.running.get(reader)?.stop();
    this.running.delete(reader);
  }

  stopAll(): void {
    for (const reader of this.running.keys()) this.stop(reader);
  }
}

const tooMany = `${mostReplays} replays are under way already; ask again once one has ended`;
