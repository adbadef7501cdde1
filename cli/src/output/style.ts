import {
  type BreakerState,
  breakerWords,
  type EventTone,
  type StateWords,
  staleWords,
} from '@holdfast/shared';
import { type ColorLevel, createPaint, type Paint, type Tone } from './paint.ts';
import { printable } from './printable.ts';

/** How text looks on one stream: its colours and its set of characters. */
export interface Style {
  readonly paint: Paint;
  /** Paints a row that is under the cursor. */
  readonly paintSelected: Paint;
  readonly ascii: boolean;
  /** Foreign text made safe to show, and plain ASCII where the terminal wants it. */
  clean(text: string): string;
}

export function createStyle(level: ColorLevel, ascii: boolean): Style {
  return {
    paint: createPaint(level),
    paintSelected: createPaint(level, true),
    ascii,
    clean: ascii ? (text) => toAscii(printable(text)) : printable,
  };
}

/** The same in one quiet tone, for what is no longer known; headings stay as they are. */
export function greyed(style: Style): Style {
  const grey = (paint: Paint): Paint => {
    return (tone, text) => paint(tone === 'heading' || tone === 'focus' ? tone : 'quiet', text);
  };
  return { ...style, paint: grey(style.paint), paintSelected: grey(style.paintSelected) };
}

const asciiFor: Readonly<Record<string, string>> = {
  '·': '-',
  '…': '~',
  '–': '-',
  '→': '>',
  '×': 'x',
  '▸': '>',
  '●': '.',
  '◐': '~',
  '■': 'X',
  '▣': '!',
  '◌': '-',
  '◎': 'o',
  '─': '-',
};

/** A character for a character, so that widths stay as they were measured. */
function toAscii(text: string): string {
  return text.replace(/[^\x20-\x7e\u001b]/gu, (character) => asciiFor[character] ?? '?');
}

/** Whether the reader's locale promises that UTF-8 is understood; silence is taken for yes. */
export function speaksUnicode(env: Readonly<Record<string, string | undefined>>): boolean {
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '';
  return locale === '' || /utf-?8/i.test(locale);
}

/** Glyph and letter of a state, such as "■ O". */
export function stateMark(state: BreakerState | 'stale', ascii: boolean): string {
  const words = wordsOf(state);
  return `${ascii ? words.ascii : words.glyph} ${words.letter}`;
}

export function wordsOf(state: BreakerState | 'stale'): StateWords {
  return state === 'stale' ? staleWords : breakerWords[state];
}

export const stateTones: Readonly<Record<BreakerState | 'stale', Tone>> = {
  closed: 'good',
  half_open: 'warn',
  open: 'alarm',
  forced_open: 'hold',
  disabled: 'quiet',
  metrics_only: 'watching',
  stale: 'quiet',
};

export const eventTones: Readonly<Record<EventTone, Tone>> = {
  bad: 'bad',
  warn: 'warn',
  good: 'good',
  quiet: 'quiet',
};
