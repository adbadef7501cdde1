import type { LiveMark, Replay } from '../live/live-message.ts';
import { formatDuration, formatMoment, formatTime, formatZone } from './format.ts';

/** What a surface must say over all that it shows. */
export interface Notice {
  readonly kind: 'problem' | 'past';
  readonly text: string;
  /** The same in fewer words, each shorter than the one before, for where there is little room. */
  readonly shorter?: readonly string[];
}

/** That the collector stores nothing now, and that what is shown is the past. `now` is the reader's clock. */
export function noticesOf(view: LiveMark & { readonly at: number }, now: number): readonly Notice[] {
  const { problem, replay } = view;
  return [
    ...(problem === undefined
      ? []
      : [{ kind: 'problem' as const, text: `The collector is in trouble: ${problem}` }]),
    ...(replay === undefined ? [] : [{ kind: 'past' as const, ...pastTexts(view.at, replay.speed, now) }]),
  ];
}

/** What stands where else "live" does: "replay ×10". */
export function replayWords({ speed }: Replay): string {
  return `replay ×${speed}`;
}

function pastTexts(at: number, speed: number, now: number): Pick<Notice, 'text' | 'shorter'> {
  const pace = speed === 1 ? 'as it went' : speed < 1 ? `slowed down to ×${speed}` : `${speed} times as fast`;
  const ago = `${formatDuration(now - at)} ago`;
  return {
    text: `THE PAST, not now: ${formatMoment(at)} ${formatZone(at)}, ${ago}, ${pace}`,
    shorter: [`THE PAST, not now: ${formatTime(at, now)}, ${ago}`, `THE PAST: ${ago}`, 'THE PAST'],
  };
}
