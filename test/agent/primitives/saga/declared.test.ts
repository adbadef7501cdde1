import type { SagaOptions } from '@holdfast/agent';
import { describe, expect, test } from 'vitest';
import { createSaga } from '../../../../agent/src/primitives/saga/saga.ts';
import { createTestRuntime } from '../../support/runtime.ts';
import { createTrip, failureOf } from '../../support/trip.ts';

const boom = Object.assign(new Error('busy'), { status: 503 });

function declared(options: SagaOptions<string> = {}): ReturnType<typeof createTrip> {
  const plan = createTrip();
  const steps = ['flight', 'hotel', 'car'].map((name) => ({ name, ...plan.step(name) }));
  const saga = createSaga<string>(createTestRuntime().runtime, 'other', {
    steps,
    compensationRetry: { maxRetries: 0 },
    ...options,
  });
  return { ...plan, saga };
}

describe('steps that are declared', () => {
  test('run in order, and each answer is found by its name', async () => {
    const { saga, log } = declared();
    expect(await saga.run('Oslo')).toEqual({
      flight: 'flight to Oslo',
      hotel: 'hotel to Oslo',
      car: 'car to Oslo',
    });
    expect(log).toEqual(['flight', 'hotel', 'car']);
  });

  test('see what those before them answered, and what the caller handed in', async () => {
    const seen: unknown[] = [];
    const steps = [
      { name: 'flight', run: () => 'AB 123' },
      {
        name: 'hotel',
        run: (call: { results: object; context: unknown }) => seen.push(call.results, call.context),
      },
    ];
    const { saga } = declared({ steps });
    await saga.run('Oslo', { context: 'desk 4' });
    expect(seen).toEqual([{ flight: 'AB 123', hotel: 2 }, 'desk 4']);
  });

  test('are undone last first', async () => {
    const { saga, log, failing } = declared();
    failing.set('car', new Error('none left'));
    expect(await failureOf(saga.run('Oslo'))).toMatchObject({ step: 'car', undone: ['hotel', 'flight'] });
    expect(log).toEqual(['flight', 'hotel', 'car', 'undo hotel', 'undo flight']);
  });

  test('can be tried again, and given up after a time', async () => {
    const { runtime, clock, telemetry } = createTestRuntime();
    const attempts: number[] = [];
    const saga = createSaga(runtime, 'trip', {
      compensationRetry: { maxRetries: 0 },
      steps: [
        {
          name: 'flight',
          retry: {
            maxRetries: 2,
            idempotent: true,
            backoff: { kind: 'constant', baseMs: 100, jitter: 'none' },
          },
          run: ({ attempt }) => {
            attempts.push(attempt);
            if (attempt < 3) throw boom;
            return 'booked';
          },
          compensate: () => attempts.push(-1),
        },
        {
          name: 'hotel',
          timeoutMs: 500,
          run: () => new Promise(() => {}),
          compensate: () => attempts.push(-2),
        },
      ],
    });
    const failure = failureOf(saga.run('Oslo'));
    await clock.advance(1_000);
    expect(await failure).toMatchObject({
      step: 'hotel',
      undone: ['hotel', 'flight'],
      cause: { code: 'HOLDFAST_TIMED_OUT' },
    });
    expect(attempts).toEqual([1, 2, 3, -2, -1]);
    expect(telemetry.counts('pipeline/trip: flight')).toMatchObject({ success: 1, retries: 2 });
    expect(telemetry.counts('pipeline/trip: hotel')).toMatchObject({ timeout: 1 });
  });

  test('must be there to be run', async () => {
    const { saga } = createTrip();
    const problem = 'saga "trip" has no `steps`: hand in the function that does them';
    await expect(saga.run('Oslo')).rejects.toThrow(new TypeError(problem));
  });
});

const run = (): number => 1;

test.each([
  [{ step: [] }, TypeError, '`step` is not an option; did you mean `steps`?'],
  [{ steps: {} }, TypeError, '`steps` must be an array, got an object'],
  [{ steps: [{ name: 'a' }] }, TypeError, '`steps[0].run` must be a function, got nothing'],
  [{ steps: [{ run }] }, TypeError, '`steps[0].name` must be a string, got nothing'],
  [{ steps: [{ name: 'a', run, undo: 1 }] }, TypeError, '`steps[0].undo` is not an option'],
  [
    { steps: [{ name: 'a', run, retry: { maxRetries: -1 } }] },
    RangeError,
    '`steps[0].retry.maxRetries` must be between',
  ],
  [{ steps: [{ name: 'a', run, timeoutMs: 0 }] }, RangeError, '`steps[0].timeoutMs` must be between'],
  [
    {
      steps: [
        { name: 'a', run },
        { name: 'a', run },
      ],
    },
    RangeError,
    '`steps` must have different names, got "a" twice',
  ],
  [{ store: {} }, TypeError, '`store` must be an object with the methods begin, save, unfinished'],
  [{ compensationRetry: { maxRetrys: 1 } }, TypeError, '`compensationRetry.maxRetrys` is not an option'],
  [{ mayHaveHappened: true }, TypeError, '`mayHaveHappened` must be a function, got true'],
  [{ maxEntries: 0 }, RangeError, '`maxEntries` must be between 1 and'],
])('%j is refused when it is made', (options, type, message) => {
  const { runtime } = createTestRuntime();
  const make = (): unknown => Reflect.apply(createSaga, undefined, [runtime, 'trip', options]);
  expect(make).toThrow(type);
  expect(make).toThrow(message);
});
