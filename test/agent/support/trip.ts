import type { SagaOptions, SagaScope, StepActions } from '@holdfast/agent';
import { createSaga, type Saga } from '../../../agent/src/primitives/saga/saga.ts';
import { createTestRuntime, type TestRuntime } from './runtime.ts';

export interface Trip extends TestRuntime {
  readonly saga: Saga<string>;
  /** What was done and undone, in order. */
  readonly log: string[];
  /** Steps that fail at present, and compensations, as `undo NAME`. */
  readonly failing: Map<string, unknown>;
  /** Three steps: flight, hotel, car. */
  readonly book: (saga: SagaScope<string>) => Promise<string>;
  step(name: string): StepActions<string, string>;
  counts(): object;
}

/** A journey that is booked in three steps. */
export function createTrip(options: SagaOptions<string> = {}, runtime?: TestRuntime): Trip {
  const test = runtime ?? createTestRuntime({ startAt: 1_700_000_000_000 });
  const saga = createSaga<string>(test.runtime, 'trip', { compensationRetry: { maxRetries: 0 }, ...options });
  const log: string[] = [];
  const failing = new Map<string, unknown>();
  const act = (name: string): void => {
    log.push(name);
    if (failing.has(name)) throw failing.get(name);
  };
  const step = (name: string): StepActions<string, string> => ({
    run: ({ input }) => {
      act(name);
      return `${name} to ${input}`;
    },
    compensate: (_call, result) => act(`undo ${name}${result === undefined ? ' if any' : ''}`),
  });
  return {
    ...test,
    saga,
    log,
    failing,
    step,
    book: async (scope) => {
      const parts = [];
      for (const name of ['flight', 'hotel', 'car']) parts.push(await scope.step(name, step(name)));
      return parts.join(', ');
    },
    counts: () => test.telemetry.counts('saga/trip'),
  };
}

/** The error that a call ended with. */
export function failureOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => 'it did not fail',
    (error: unknown) => error,
  );
}
