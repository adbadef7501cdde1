/**
 * What a piece of text is, for the eye. Every tone goes with a word, a letter or a glyph: none speaks alone.
 */
export type Tone =
  | 'plain'
  | 'strong'
  | 'quiet'
  | 'good'
  | 'warn'
  | 'bad'
  | 'held'
  | 'watching'
  | 'alarm'
  | 'caution'
  | 'hold'
  | 'heading'
  | 'focus';

/**
 * How much a terminal can show: nothing (a pipe), attributes without colour, 16 colours, 256, or all of them.
 */
export type ColorLevel = 'none' | 'mono' | 'basic' | 'indexed' | 'full';

/** Wraps text in the escape sequences of a tone, and takes them off again behind it. */
export type Paint = (tone: Tone, text: string) => string;

/** A painter; with `selected` for a row under the cursor. */
export function createPaint(level: ColorLevel, selected = false): Paint {
  if (level === 'none') return (_tone, text) => text;
  const background = selected ? selectedBackground[level] : '';
  return (tone, text) => {
    const codes = [background, background === '7' ? '' : codesOf(tone, level)].filter((code) => code !== '');
    return codes.length === 0 || text === '' ? text : `\u001b[${codes.join(';')}m${text}\u001b[0m`;
  };
}

interface Look {
  /** Foreground in 24 bits; told apart in every kind of colour vision, and 4.5:1 on a dark ground. */
  readonly hex?: string;
  /** The terminal's own sixteen colours, which its owner has chosen. */
  readonly basic?: string;
  /** Attributes besides the colour. */
  readonly with?: string;
  /** All that is left without colour. */
  readonly mono?: string;
}

const looks: Readonly<Record<Tone, Look>> = {
  plain: {},
  strong: { with: '1', mono: '1' },
  quiet: { hex: '#8b949e', basic: '90', mono: '2' },
  good: { hex: '#6cdace', basic: '36' },
  warn: { hex: '#faf176', basic: '33', mono: '4' },
  bad: { hex: '#ff6b66', basic: '31', mono: '1' },
  held: { hex: '#c58cf0', basic: '35', mono: '1;4' },
  watching: { hex: '#79b8ff', basic: '34' },
  alarm: { hex: '#f03938', basic: '31', with: '1;7', mono: '1;7' },
  caution: { hex: '#faf176', basic: '33', with: '7', mono: '7' },
  hold: { hex: '#b46be3', basic: '35', with: '1;7', mono: '1;7' },
  heading: { hex: '#8b949e', basic: '90', with: '4', mono: '4' },
  focus: { hex: '#6cdace', basic: '36', with: '1;4', mono: '1;4' },
};

const selectedBackground: Readonly<Record<Exclude<ColorLevel, 'none'>, string>> = {
  mono: '7',
  basic: '7',
  indexed: '48;5;237',
  full: '48;2;45;55;72',
};

function codesOf(tone: Tone, level: Exclude<ColorLevel, 'none'>): string {
  const look = looks[tone];
  if (level === 'mono') return look.mono ?? '';
  return [colorOf(look, level), look.with ?? ''].filter((code) => code !== '').join(';');
}

function colorOf({ hex, basic }: Look, level: 'basic' | 'indexed' | 'full'): string {
  if (hex === undefined) return '';
  if (level === 'basic') return basic ?? '';
  const part = (at: number): number => Number.parseInt(hex.slice(at, at + 2), 16);
  if (level === 'full') return `38;2;${part(1)};${part(3)};${part(5)}`;
  const step = (at: number): number => Math.round((part(at) / 255) * 5);
  return `38;5;${16 + 36 * step(1) + 6 * step(3) + step(5)}`;
}

/**
 * What the terminal behind a stream can show. `bits` is the colour depth as Node finds it, which heeds
 * `NO_COLOR` and `FORCE_COLOR`. On a light ground the terminal's own colours are readable and those for a
 * dark one are not.
 */
export function colorLevelOf(of: {
  readonly isTerminal: boolean;
  readonly bits: number;
  readonly noColor: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}): ColorLevel {
  const forced = of.env['FORCE_COLOR'] !== undefined && of.env['FORCE_COLOR'] !== '0';
  if ((!of.isTerminal && !forced) || of.env['TERM'] === 'dumb') return 'none';
  if (of.noColor || of.bits <= 1) return of.isTerminal ? 'mono' : 'none';
  if (of.bits <= 4 || hasLightGround(of.env)) return 'basic';
  return of.bits <= 8 ? 'indexed' : 'full';
}

function hasLightGround(env: Readonly<Record<string, string | undefined>>): boolean {
  return /;(7|15)$/.test(env['COLORFGBG'] ?? '');
}
