import { type Check, number, objectOf, optional, whole, withDefault } from '../../options/checks.ts';

export interface QueueOptions {
  /** How many items may wait to be taken. */
  readonly capacity: number;
  /** How long a `put` may wait for room. Default: as long as it takes. */
  readonly maxWaitMs?: number;
  /** How many `put` may wait for room at once; further ones are rejected. Default 10 000. */
  readonly maxWaitingPuts?: number;
}

export interface QueueSettings {
  readonly capacity: number;
  readonly maxWaitMs?: number;
  readonly maxWaitingPuts: number;
}

/** Checks the options and fills in the defaults. */
export const readQueueOptions: Check<QueueSettings> = objectOf({
  capacity: whole({ min: 1, max: 1_000_000 }),
  maxWaitMs: optional(number()),
  maxWaitingPuts: withDefault(10_000, whole({ max: 1_000_000 })),
});
