import {
  applyLive,
  breakersOf,
  type Clock,
  emptyView,
  type FleetView,
  isProblem,
  type LiveMessage,
  type TimerHandle,
  worstFirst,
} from '@holdfast/shared';
import type { Connection } from '../../client/live-client.ts';
import { messageOf } from '../../failure.ts';
import type { ActRequest } from './act.ts';
import { type Freshness, freshnessOf } from './freshness.ts';
import { type Key, type Lists, press } from './press.ts';
import { type Dialog, holds, initialUi, type UiState } from './ui-state.ts';

/** All that the screen shows, as of one moment. */
export interface WatchState extends Lists {
  readonly view: FleetView;
  readonly ui: UiState;
  readonly freshness: Freshness;
  /** The collector's clock; it stands still once the data is old, so that nothing counts on over dead data. */
  readonly now: number;
}

export interface WatchModelOptions {
  readonly clock: Clock;
  /** Does what was confirmed, and tells what came of it. */
  readonly perform: (ask: ActRequest, forMs: number) => Promise<string>;
  readonly onQuit: () => void;
}

/** The state of the terminal UI. What arrives is gathered and shown at most once a tick, keys much sooner. */
export interface WatchModel {
  receive(message: LiveMessage): void;
  setConnection(connection: Connection): void;
  press(key: Key): void;
  state(): WatchState;
  /** Returns how to end it. */
  subscribe(listener: () => void): () => void;
  close(): void;
}

/** Often enough to look live, seldom enough to cost little: drawing is what costs. */
export const tickMs = 250;
/** A key that is held down repeats faster than it needs to be drawn. */
const keyTickMs = 40;
/** Durations and freshness count on while nothing arrives. */
const beatMs = 1_000;

export function createWatchModel(options: WatchModelOptions): WatchModel {
  const { clock } = options;
  const listeners = new Set<() => void>();
  let view = emptyView;
  let ui = initialUi;
  let connection: Connection = { state: 'connecting' };
  let problem: string | undefined;
  let heardAt: number | undefined;
  let state = build();
  let shownAt = clock.monotonic();
  let timer: TimerHandle | undefined;
  let dueAt = Number.POSITIVE_INFINITY;
  showWithin(beatMs);

  function build(): WatchState {
    const monotonic = clock.monotonic();
    const freshness = freshnessOf({ connection, problem, heardAt, monotonic });
    const sinceHeard = heardAt === undefined || freshness.state === 'stale' ? 0 : monotonic - heardAt;
    return { view, ui, freshness, now: view.at + sinceHeard, ...listsOf(view, ui.problemsOnly) };
  }

  function show(): void {
    state = build();
    shownAt = clock.monotonic();
    dueAt = Number.POSITIVE_INFINITY;
    showWithin(beatMs);
    for (const listener of listeners) listener();
  }

  /** At once where the last frame is older than that, else when it will be. An earlier appointment stands. */
  function showWithin(delayMs: number): void {
    const wantedAt = shownAt + delayMs;
    if (wantedAt >= dueAt) return;
    timer?.cancel();
    dueAt = wantedAt;
    timer = clock.setTimeout(show, Math.max(0, wantedAt - clock.monotonic()));
  }

  async function perform({ act, hold }: Dialog): Promise<void> {
    try {
      const text = await options.perform(act.ask, holds[hold]?.forMs ?? 0);
      ui = { ...ui, dialog: undefined, notice: { text, tone: 'good' } };
    } catch (error) {
      ui = { ...ui, dialog: { step: 'failed', act, hold, message: messageOf(error) } };
    }
    show();
  }

  return {
    receive(message) {
      view = applyLive(view, message);
      heardAt = clock.monotonic();
      if (message.type === 'snapshot') show();
      else showWithin(tickMs);
    },
    setConnection(next) {
      connection = next;
      if (next.state === 'open') problem = undefined;
      if (next.state === 'waiting') problem = next.failure.message;
      showWithin(tickMs);
    },
    press(key) {
      const pressed = press(ui, key, state); // acts on the rows as they were last shown
      ui = pressed.ui;
      showWithin(keyTickMs);
      if (pressed.effect?.kind === 'quit') options.onQuit();
      if (pressed.effect?.kind === 'perform') void perform(pressed.effect.dialog);
    },
    state: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: () => timer?.cancel(),
  };
}

function listsOf(view: FleetView, problemsOnly: boolean): Lists {
  const breakers = worstFirst(breakersOf(view.resources));
  return { breakers: problemsOnly ? breakers.filter(isProblem) : breakers, flags: view.flags };
}
