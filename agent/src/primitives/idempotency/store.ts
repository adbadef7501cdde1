/**
 * Where keys and their outcomes are kept, so that they outlive the process and hold for all instances of a
 * service. Methods answer at once or with a promise. All times are epoch milliseconds that are handed in: a
 * store needs no clock. What a store throws is never taken for an answer.
 */
export interface IdempotencyStore<Outcome = string> {
  /**
   * Takes a key, in one step that nobody can come between: where nobody has it, or where `untilAt` of who has
   * it is not after `nowAt`, it belongs to `owner` from now on and the answer is `undefined`. Else the answer
   * is what is kept of it.
   */
  begin(claim: KeyClaim): KeptKey<Outcome> | undefined | PromiseLike<KeptKey<Outcome> | undefined>;
  /** Moves the end of a claim. False, and no change, unless the key is `owner`'s and has no outcome yet. */
  renew(holding: KeyHolding): boolean | PromiseLike<boolean>;
  /** Keeps the outcome until `untilAt`. False, and no change, unless the key is `owner`'s. */
  complete(completion: KeyCompletion<Outcome>): boolean | PromiseLike<boolean>;
  /** Forgets the key where it is `owner`'s. */
  release(holding: Pick<KeyHolding, 'key' | 'owner'>): unknown;
}

export interface KeyHolding {
  /** The name of the primitive, `/`, and the caller's key. */
  readonly key: string;
  /** Different for each claim. */
  readonly owner: string;
  readonly untilAt: number;
}

export interface KeyClaim extends KeyHolding {
  /** What the payload is known by. */
  readonly fingerprint: string;
  readonly nowAt: number;
}

export interface KeyCompletion<Outcome = string> extends KeyHolding {
  readonly fingerprint: string;
  readonly outcome: Outcome;
}

export interface KeptKey<Outcome = string> {
  readonly fingerprint: string;
  readonly untilAt: number;
  /** Absent while the function runs somewhere. */
  readonly outcome?: Outcome | undefined;
}
