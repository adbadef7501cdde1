import type { ErrorClass } from '../vocabulary/calls.ts';
import type { BreakerState, HealthStatus } from '../vocabulary/resources.ts';
import type { BreakerOverride } from '../wire/messages.ts';

export interface StateWords {
  /** The state: "open". */
  readonly label: string;
  /** What it means for calls: newcomers read "open" as good. */
  readonly effect: string;
  readonly glyph: string;
  readonly ascii: string;
  readonly letter: string;
}

/** How a breaker's state is told; never by colour alone. */
export const breakerWords: Readonly<Record<BreakerState, StateWords>> = {
  closed: { label: 'closed', effect: 'passing', glyph: '●', ascii: '.', letter: 'C' },
  half_open: { label: 'half open', effect: 'probing', glyph: '◐', ascii: '~', letter: 'H' },
  open: { label: 'open', effect: 'blocking', glyph: '■', ascii: 'X', letter: 'O' },
  forced_open: { label: 'forced open', effect: 'held open', glyph: '▣', ascii: '!', letter: 'F' },
  disabled: { label: 'disabled', effect: 'bypassed', glyph: '◌', ascii: '-', letter: 'D' },
  metrics_only: { label: 'metrics only', effect: 'watching', glyph: '◎', ascii: 'o', letter: 'M' },
};

/** For what is said of an instance that is not connected. */
export const staleWords: StateWords = {
  label: 'unknown',
  effect: 'not connected',
  glyph: '?',
  ascii: '?',
  letter: '?',
};

/** A class of error: "unknown" would sound as if nothing could be done about it. */
export function errorClassWord(name: ErrorClass): string {
  return name === 'unknown' ? 'unclassified' : name;
}

/** What can be done about errors that no rule knows. */
export const unclassifiedHint =
  'No rule knows these errors: say what they mean with the option classification of createAgent.';

/** Who holds a breaker how, and where if not everywhere: "held open by mia on c5". */
export function holdWords({ state, by, instance }: BreakerOverride): string {
  return `${breakerWords[state].effect} by ${by}${instance === undefined ? '' : ` on ${instance}`}`;
}

/** The reason of an act, for people. */
export function reasonWords(reason: string): string {
  return reason === '' ? 'no reason given' : reason;
}

export const healthWords: Readonly<Record<HealthStatus, { readonly glyph: string; readonly ascii: string }>> =
  {
    up: { glyph: '●', ascii: '.' },
    degraded: { glyph: '◐', ascii: '~' },
    down: { glyph: '■', ascii: 'X' },
    unknown: { glyph: '?', ascii: '?' },
  };
