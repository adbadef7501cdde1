import type { Pane } from '../model/ui-state.ts';

/** How many rows each pane gets, its header not counted; a pane without a place is absent. */
export interface Layout {
  readonly breakers?: number;
  readonly flags?: number;
  readonly errors?: number;
  readonly events?: number;
  /** Whether flags and errors stand beside each other. */
  readonly isWide: boolean;
}

export interface LayoutInput {
  readonly columns: number;
  /** Lines between the strip and the footer. */
  readonly lines: number;
  readonly focus: Pane;
  readonly counts: { readonly breakers: number; readonly flags: number; readonly errors: number };
}

/** From this width on two panes fit beside each other. */
const wideFrom = 100;
/** Below this many lines only the pane with the focus is shown. */
const smallest = 11;

/**
 * Shares the lines out: breakers first, flags and errors as many as they have within bounds, and the tail of
 * events what is left. The pane with the focus gets more of what it needs.
 */
export function layoutOf({ columns, lines, focus, counts }: LayoutInput): Layout {
  const isWide = columns >= wideFrom;
  if (lines < smallest) return { isWide, [focus]: Math.max(0, lines - 1) };
  const rows = lines - (isWide ? 3 : 4);
  const flags = within(counts.flags, Math.floor(rows * (focus === 'flags' ? 0.4 : 0.27)));
  const errors = within(counts.errors, Math.max(2, Math.floor(rows * (isWide ? 0.27 : 0.18))));
  const middle = isWide ? Math.max(flags, errors) : flags + errors;
  const leastEvents = Math.max(2, Math.floor(rows * 0.2));
  const breakers = within(counts.breakers, rows - middle - leastEvents);
  const events = rows - middle - breakers;
  return isWide
    ? { isWide, breakers, flags: middle, errors: middle, events }
    : { isWide, breakers, flags, errors, events };
}

function within(wanted: number, most: number): number {
  return Math.max(1, Math.min(wanted, most));
}
