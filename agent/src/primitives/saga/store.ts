import type { StoredError } from '../stored-error.ts';

/**
 * Where the progress of sagas is kept, so that it outlives the process. Methods answer at once or with a
 * promise. All times are epoch milliseconds that are handed in: a store needs no clock.
 */
export interface SagaStore<Stored = string> {
  /**
   * Takes a saga for `owner` until `untilAt`, in one step that nobody can come between, and answers what is
   * kept of it:
   * - unknown: keeps `record`, where there is one, and answers `claimed`; else answers `undefined`;
   * - `open`, and `untilAt` of who has it is not after `nowAt`: `claimed`, with the record that it has;
   * - `open` else: `held`;
   * - `done`: `done`, with its record;
   * - `undone`: keeps `record` in its place, where there is one, and answers `claimed`; else answers `undone`
   *   with the record that it has.
   */
  begin(
    claim: SagaClaim<Stored>,
  ): SagaClaimed<Stored> | undefined | PromiseLike<SagaClaimed<Stored> | undefined>;
  /** Keeps a new record, and who has it until when. False, and no change, unless the saga is `owner`'s. */
  save(progress: SagaProgress<Stored>): boolean | PromiseLike<boolean>;
  /** The ids of up to `limit` sagas of that name that are `open` and that nobody has at `nowAt`. */
  unfinished(wanted: SagaSearch): readonly string[] | PromiseLike<readonly string[]>;
}

export interface SagaHolding {
  /** The name of the primitive. */
  readonly saga: string;
  readonly id: string;
  /** Different for each claim. */
  readonly owner: string;
  readonly untilAt: number;
}

export interface SagaClaim<Stored = string> extends SagaHolding {
  readonly nowAt: number;
  readonly record?: Stored | undefined;
}

export interface SagaClaimed<Stored = string> {
  readonly state: 'claimed' | 'held' | 'done' | 'undone';
  readonly record: Stored;
}

export interface SagaProgress<Stored = string> extends SagaHolding {
  readonly state: 'open' | 'done' | 'undone';
  readonly record: Stored;
}

export interface SagaSearch {
  readonly saga: string;
  readonly nowAt: number;
  readonly limit: number;
}

/** What is known of a saga; a store is given it as JSON. */
export interface SagaRecord {
  /** Tells this run from an earlier one with the same id, all of which was undone. */
  readonly run: string;
  readonly input?: unknown;
  readonly state: 'running' | 'compensating' | 'done' | 'undone';
  /** In the order in which they ended. */
  readonly steps: readonly StepRecord[];
  /** Why it is being undone. */
  readonly failure?: SagaFailure;
}

export interface SagaFailure {
  readonly step: string;
  readonly error: StoredError;
}

export interface StepRecord {
  readonly name: string;
  /** `unknown` is a step that failed and may have happened all the same. */
  readonly state: 'done' | 'unknown';
  readonly result?: unknown;
  /** Absent where nobody has tried to undo it. */
  readonly compensation?: 'done' | 'failed';
}
