import type { Clock } from '@holdfast/shared';
import { pause } from './pause.ts';
import type { ModeOrder, ShopService } from './shop.ts';
import type { Story, Turn, Wait } from './story.ts';

export interface Stage {
  readonly clock: Clock;
  /** Prints a line of the story. */
  say(line: string): void;
  /** Switches a service; rejects where it cannot be reached. */
  act(service: ShopService, order: ModeOrder): Promise<void>;
  /** What the collector says of a breaker; `undefined` while it says nothing. */
  breakerState(address: string): Promise<string | undefined>;
}

const lookEveryMs = 500;

/**
 * Tells a story over and over until the signal aborts. A line that speaks of a breaker is said when the
 * breaker has done it, so that the line is true; where it does not come in time the story says so and goes
 * on.
 */
export async function tell(story: Story, stage: Stage, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    for (const turn of story.turns) {
      if (signal.aborted) return;
      await play(turn, stage, signal);
    }
  }
}

async function play({ line, act, wait }: Turn, stage: Stage, signal: AbortSignal): Promise<void> {
  stage.say(line);
  if (act !== undefined) {
    await stage.act(act.service, act.order).catch((error: unknown) => {
      stage.say(
        `(${act.service} could not be told: ${error instanceof Error ? error.message : String(error)})`,
      );
    });
  }
  await waitFor(wait, stage, signal);
}

async function waitFor(wait: Wait, stage: Stage, signal: AbortSignal): Promise<void> {
  const { clock } = stage;
  if (wait.kind === 'pause') return pause(clock, wait.seconds * 1_000, signal);
  const { address, state, atMostSeconds } = wait;
  const endsAt = clock.monotonic() + atMostSeconds * 1_000;
  while (!signal.aborted && clock.monotonic() < endsAt) {
    await pause(clock, lookEveryMs, signal);
    if ((await stage.breakerState(address)) === state) return;
  }
  if (!signal.aborted) stage.say(`(${address} is not ${state} after ${atMostSeconds} s; the story goes on)`);
}
