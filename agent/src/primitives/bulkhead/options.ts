import { OptionReader } from '../../options/option-reader.ts';

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

/** Checks the options and fills in the defaults. `place` stands before their names in messages. */
export function readBulkheadOptions(options: BulkheadOptions, place = ''): BulkheadSettings {
  const read = new OptionReader(place, options, optionNames);
  read.requireName('dependency');
  return {
    maxConcurrentCalls: read.whole('maxConcurrentCalls', Number.NaN, { min: 1, max: 1_000_000 }),
    maxQueueLength: read.whole('maxQueueLength', 0, { max: 1_000_000 }),
    maxQueueWaitMs: read.number('maxQueueWaitMs', 0),
  };
}

const optionNames: readonly (keyof BulkheadOptions)[] = [
  'maxConcurrentCalls',
  'maxQueueLength',
  'maxQueueWaitMs',
  'dependency',
];
