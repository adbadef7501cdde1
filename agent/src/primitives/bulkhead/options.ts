import { type Check, name, number, objectOf, optional, whole, withDefault } from '../../options/checks.ts';

export interface BulkheadOptions {
  /** Calls that may be under way at once. */
  readonly maxConcurrentCalls: number;
  /** Calls that may wait for their turn. Default 0: what cannot run at once is rejected. */
  readonly maxQueueLength?: number;
  /** How long a call may wait for its turn. Default 0: as long as it takes. */
  readonly maxQueueWaitMs?: number;
  /** What the bulkhead protects from, for people. */
  readonly dependency?: string;
}

export type BulkheadSettings = Required<Omit<BulkheadOptions, 'dependency'>>;

/** Checks the options and fills in the defaults. */
export const readBulkheadOptions: Check<BulkheadSettings & Pick<BulkheadOptions, 'dependency'>> = objectOf({
  maxConcurrentCalls: whole({ min: 1, max: 1_000_000 }),
  maxQueueLength: withDefault(0, whole({ max: 1_000_000 })),
  maxQueueWaitMs: withDefault(0, number()),
  dependency: optional(name),
});
