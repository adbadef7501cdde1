import {
  applyLive,
  breakersOf,
  type Clock,
  emptyLiveView,
  type Freshness,
  freshnessOf,
  isProblem,
  type LiveMessage,
  type LiveView,
  type TimerHandle,
  worstFirst,
} from '@holdfast/shared';
import type { Connection } from '../../client/live-client.ts';
import { messageOf } from '../../failure.ts';
import type { ActForm, ActRequest } from './act.ts';
import { type Key, type Lists, press, pressInPast } from './press.ts';
import { type Dialog, initialUi, type UiState } from './ui-state.ts';

/** All that the screen shows, as of one moment. */
export interface WatchState extends Lists {
  readonly view: LiveView;
  readonly ui: UiState;
  readonly freshness: Freshness;
  /** Why the collector is gone; `undefined` while it is not. */
  readonly problem: string | undefined;
  /**
   * The collector's clock; it stands still once the data is old, so that nothing counts on over dead data.
   */
  readonly now: number;
  /** The person's clock: how long ago the past is. */
  readonly wallNow: number;
}

export interface WatchModelOptions {
  readonly clock: Clock;
  /** Does what was confirmed, and tells what came of it. */
  readonly perform: (ask: ActRequest, form: ActForm) => Promise<string>;
  readonly onQuit: () => void;
  /** Leaves the past. */
  readonly onNow: () => void;
}

/** Often enough to look live, seldom enough to cost little: drawing is what costs. */
export const tickMs = 250;
/** A key that is held down repeats faster than it needs to be drawn. */
const keyTickMs = 40;
/** Durations and freshness count on while nothing arrives. */
const beatMs = 1_000;

/**
 * The state of the terminal UI. What arrives is gathered and shown at most once a tick, keys much sooner. Its
 * members can be handed on alone.
 */
export class WatchModel {
  readonly #options: WatchModelOptions;
  readonly #listeners = new Set<() => void>();
  #view: LiveView = emptyLiveView;
  #ui = initialUi;
  #connection: Connection = { state: 'connecting', attempt: 1 };
  #problem: string | undefined;
  #heardAt: number | undefined;
  #shown: WatchState;
  #shownAt: number;
  #timer: TimerHandle | undefined;
  #dueAt = Number.POSITIVE_INFINITY;

  constructor(options: WatchModelOptions) {
    this.#options = options;
    this.#shown = this.#build();
    this.#shownAt = options.clock.monotonic();
    this.#showWithin(beatMs);
  }

  readonly state = (): WatchState => this.#shown;

  /** Calls back after each change of `state`. Returns how to end it. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  readonly receive = (message: LiveMessage): void => {
    this.#view = applyLive(this.#view, message);
    this.#heardAt = this.#options.clock.monotonic();
    if (message.type === 'snapshot') this.#show();
    else this.#showWithin(tickMs);
  };

  readonly setConnection = (connection: Connection): void => {
    this.#connection = connection;
    if (connection.state === 'open') this.#problem = undefined;
    if (connection.state === 'waiting') this.#problem = connection.failure.message;
    this.#showWithin(tickMs);
  };

  /**
   * Keys that arrived together. What follows one that asks a question is dropped: nobody has read it yet. In
   * a question a line end among other keys was pasted, and confirms nothing.
   */
  readonly press = (keys: readonly Key[]): void => {
    for (const arrived of keys) {
      const wasAsking = this.#ui.dialog !== undefined;
      const key = wasAsking && arrived === 'enter' && keys.length > 1 ? 'space' : arrived;
      const isPast = this.#view.replay !== undefined;
      // acts on the rows as they were last shown
      const pressed = (isPast ? pressInPast(this.#ui, key) : undefined) ?? press(this.#ui, key, this.#shown);
      this.#ui = pressed.ui;
      if (pressed.effect?.kind === 'quit') this.#options.onQuit();
      if (pressed.effect?.kind === 'now') this.#options.onNow();
      if (pressed.effect?.kind === 'perform') void this.#perform(pressed.effect.dialog);
      if (this.#ui.dialog !== undefined && !wasAsking) break;
    }
    this.#showWithin(keyTickMs);
  };

  close(): void {
    this.#timer?.cancel();
  }

  async #perform(dialog: Dialog): Promise<void> {
    const { act, forMs, reason } = dialog;
    try {
      const text = await this.#options.perform(act.ask, { forMs, reason });
      this.#ui = { ...this.#ui, dialog: undefined, notice: { text, tone: 'good' } };
    } catch (error) {
      this.#ui = { ...this.#ui, dialog: { ...dialog, step: 'failed', message: messageOf(error) } };
    }
    this.#show();
  }

  #show(): void {
    this.#shown = this.#build();
    this.#shownAt = this.#options.clock.monotonic();
    this.#dueAt = Number.POSITIVE_INFINITY;
    this.#showWithin(beatMs);
    for (const listener of this.#listeners) listener();
  }

  /** At once where the last frame is older than that, else when it will be. An earlier appointment stands. */
  #showWithin(delayMs: number): void {
    const { clock } = this.#options;
    const wantedAt = this.#shownAt + delayMs;
    if (wantedAt >= this.#dueAt) return;
    this.#timer?.cancel();
    this.#dueAt = wantedAt;
    this.#timer = clock.setTimeout(() => this.#show(), Math.max(0, wantedAt - clock.monotonic()));
  }

  #build(): WatchState {
    const monotonic = this.#options.clock.monotonic();
    const heardAt = this.#heardAt;
    const freshness = freshnessOf({ connection: this.#connection, heardAt, monotonic });
    const sinceHeard = heardAt === undefined || freshness.state === 'stale' ? 0 : monotonic - heardAt;
    return {
      view: this.#view,
      ui: this.#ui,
      freshness,
      problem: this.#problem,
      now: this.#view.at + sinceHeard,
      wallNow: this.#options.clock.now(),
      ...listsOf(this.#view, this.#ui.problemsOnly),
    };
  }
}

function listsOf(view: LiveView, problemsOnly: boolean): Lists {
  const breakers = worstFirst(breakersOf(view.resources));
  return { breakers: problemsOnly ? breakers.filter(isProblem) : breakers, flags: view.flags };
}
