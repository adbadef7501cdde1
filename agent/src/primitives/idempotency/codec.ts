import { checkPlain } from '../plain-json.ts';
import { revivedError, type StoredError, storedError } from '../stored-error.ts';

/** How the function of a key ended. */
export type Outcome = { readonly value: unknown } | { readonly error: unknown };

/** What a store is given of an outcome, and back. */
export interface Codec {
  /** Throws a `TypeError` that names the place where a value cannot be kept. */
  write(outcome: Outcome): unknown;
  read(kept: unknown): Outcome;
}

/** In this process outcomes are kept as they are. */
export const asIs: Codec = {
  write: (outcome) => outcome,
  read: (kept) => kept as Outcome, // only what `write` gave
};

/** In a store they are JSON, errors with their name, message and code. */
export const asJson: Codec = {
  write(outcome) {
    if ('error' in outcome) return JSON.stringify({ error: storedError(outcome.error) });
    checkPlain(outcome.value, 'result');
    return JSON.stringify(outcome);
  },
  read(kept) {
    // Only what `write` gave stands under the key.
    const { value, error } = JSON.parse(String(kept)) as { value?: unknown; error?: StoredError };
    return error === undefined ? { value } : { error: revivedError(error) };
  },
};
