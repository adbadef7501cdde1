import { breakerStates } from '@holdfast/shared';
import { stateMark, stateTones, type Style, wordsOf } from '../../output/style.ts';
import { fit } from '../../output/width.ts';

/** The keys of `holdfast watch`, as its help and docs/cli.md tell them. */
export const watchKeys: readonly (readonly [key: string, does: string])[] = [
  ['j k up down', 'move; g G: the ends; ctrl-d ctrl-u: by ten'],
  ['tab left right', 'between breakers and flags'],
  ['o', 'on a breaker: hold it open, or release it'],
  ['space', 'on a flag: toggle it'],
  ['c', 'on a flag: clear what a person has set'],
  ['enter esc', 'confirm, cancel; left right: how long'],
  ['x', 'problems only'],
  ['n', 'in the past: back to now'],
  ['q ctrl-c', 'quit'],
];

/** The keys, and what the marks mean. */
export function helpLines(width: number, style: Style): string[] {
  const row = (left: string, right: string): string =>
    ` ${style.paint('strong', fit(left, 15))} ${style.clean(fit(right, Math.max(0, width - 18)))}`;
  const marks = [...breakerStates, 'stale' as const].map((state) => {
    const { label, effect } = wordsOf(state);
    return `${style.paint(stateTones[state], style.clean(stateMark(state, false)))} ${label}: ${effect}`;
  });
  const perLine = width >= 90 ? 3 : 2;
  const cell = Math.floor((width - 1) / perLine);
  const legend: string[] = [];
  for (let at = 0; at < marks.length; at += perLine) {
    legend.push(
      ` ${marks
        .slice(at, at + perLine)
        .map((mark) => padPainted(mark, cell))
        .join('')}`,
    );
  }
  return [...watchKeys.map(([key, does]) => row(key, does)), ...legend];
}

const escapes = /\u001b\[[0-9;]*m/g;

/** Fills up painted text; it is never longer here. */
function padPainted(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - text.replace(escapes, '').length));
}
