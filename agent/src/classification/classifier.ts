import type { ErrorClass, Severity } from '@holdfast/shared';

/** What the agent thinks of an error, and why. */
export interface Classification {
  readonly class: ErrorClass;
  readonly severity: Severity;
  /** Whether another attempt may help: always, only where the operation is idempotent, or never. */
  readonly retry: 'safe' | 'if_idempotent' | 'never';
  readonly countsForBreaker: boolean;
  /** A mistake in the program rather than something broken: present where it is one. */
  readonly isMistake?: true;
  /** How long the other side asked to wait. */
  readonly retryAfterMs?: number;
  readonly code?: string;
  readonly fingerprint: string;
  /** The rule that decided, in words. */
  readonly why: string;
}

export interface Classifier {
  classify(error: unknown): Classification;
}
