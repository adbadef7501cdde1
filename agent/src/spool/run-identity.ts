import type { Hello } from '@holdfast/shared';

/** What `hello` says of a run, whoever speaks for it. */
export type RunIdentity = Omit<
  Hello,
  'type' | 'protocol' | 'first' | 'next' | 'sentAt' | 'desiredVersion' | 'caps' | 'past'
>;

/** How a run ended that could still say so. */
export interface RunEnd {
  /** The number that its next batch would have got. */
  readonly next: number;
  /** What it knew to be stored. */
  readonly stored: number;
  /** Whether it ended by itself. */
  readonly clean: boolean;
}
