import { hasCode, SagaError, type SagaScope } from '@holdfast/agent';
import { describe, expect, test } from 'vitest';
import { createTestAgent } from '../../support/agent.ts';
import { hang } from '../../support/breaker.ts';
import { createTrip, failureOf } from '../../support/trip.ts';

const boom = new Error('no car left');
const input = 'Oslo';

describe('a saga', () => {
  test('does its steps in order and undoes nothing', async () => {
    const { saga, book, log, counts } = createTrip();
    expect(await saga.execute(book, { input })).toBe('flight to Oslo, hotel to Oslo, car to Oslo');
    expect(log).toEqual(['flight', 'hotel', 'car']);
    expect(counts()).toEqual({ success: 1 });
  });

  test('undoes what was done, last first, and says so', async () => {
    const { saga, book, log, failing, counts, telemetry } = createTrip();
    failing.set('car', boom);
    const failure = await failureOf(saga.execute(book, { input }));
    expect(log).toEqual(['flight', 'hotel', 'car', 'undo hotel', 'undo flight']);
    expect(failure).toBeInstanceOf(SagaError);
    expect(hasCode(failure, 'HOLDFAST_SAGA_FAILED')).toBe(true);
    expect(failure).toMatchObject({
      name: 'SagaError',
      step: 'car',
      undone: ['hotel', 'flight'],
      notUndone: [],
      cause: boom,
      message: 'saga "trip" failed at "car"; undone: hotel, flight',
      source: { service: 'checkout', primitive: 'saga', name: 'trip' },
    });
    expect(counts()).toEqual({ failure: 1, class_unknown: 1, compensations: 2 });
    expect(telemetry.events.at(-1)).toMatchObject({
      kind: 'saga.failed',
      step: 'car',
      undone: ['hotel', 'flight'],
      notUndone: [],
      error: { message: 'no car left' },
    });
  });

  test('goes on undoing past what cannot be undone', async () => {
    const { saga, book, log, failing, counts, telemetry } = createTrip();
    failing.set('car', boom).set('undo hotel', new Error('no refunds'));
    const failure = await failureOf(saga.execute(book, { input }));
    expect(log).toEqual(['flight', 'hotel', 'car', 'undo hotel', 'undo flight']);
    expect(failure).toMatchObject({
      undone: ['flight'],
      notUndone: ['hotel'],
      message: 'saga "trip" failed at "car"; undone: flight; not undone: hotel',
    });
    expect(counts()).toMatchObject({ compensations: 1, compensation_failed: 1 });
    expect(telemetry.events.at(-1)).toMatchObject({ kind: 'saga.failed', notUndone: ['hotel'] });
  });

  test('has nothing to undo of a step without a compensation', async () => {
    const { saga, step } = createTrip();
    const look = saga.execute(async (scope) => {
      await scope.step('look', { run: () => 'a price' });
      await scope.step('flight', { run: () => Promise.reject(boom) });
    });
    expect(await failureOf(look)).toMatchObject({ step: 'flight', undone: [], notUndone: [] });
    expect(step).toBeDefined();
  });

  test('is undone where its function fails between steps', async () => {
    const { saga, step, log } = createTrip();
    const plan = saga.execute(
      async (scope) => {
        await scope.step('flight', step('flight'));
        throw boom;
      },
      { input },
    );
    expect(await failureOf(plan)).toMatchObject({ step: 'trip', undone: ['flight'], cause: boom });
    expect(log).toEqual(['flight', 'undo flight']);
  });

  test('names the step also where its error was wrapped', async () => {
    const { saga, step, failing } = createTrip();
    failing.set('flight', boom);
    const plan = saga.execute(async (scope) => {
      await scope.step('flight', step('flight')).catch((cause: unknown) => {
        throw new Error('no trip', { cause });
      });
    });
    expect(await failureOf(plan)).toMatchObject({ step: 'flight', cause: { message: 'no trip' } });
  });

  test('goes on where its function does without a step', async () => {
    const { saga, step, failing, log, counts } = createTrip();
    failing.set('car', boom);
    const plan = saga.execute(async (scope) => {
      await scope.step('flight', step('flight'));
      return scope.step('car', step('car')).catch(() => 'by bus');
    });
    expect(await plan).toBe('by bus');
    expect({ log, counts: counts() }).toEqual({ log: ['flight', 'car'], counts: { success: 1 } });
  });

  test('waits for the steps beside one that failed, and undoes them', async () => {
    const { saga, step, log, failing } = createTrip();
    failing.set('car', boom);
    const slow = hang((fn) =>
      saga.execute(
        (scope) =>
          Promise.all([
            scope.step('hotel', { ...step('hotel'), run: () => fn() }),
            scope.step('car', step('car')),
          ]).then(() => 'never'),
        { input },
      ),
    );
    await Promise.resolve();
    slow.resolve('a room');
    expect(await failureOf(slow.answer)).toMatchObject({ step: 'car', undone: ['hotel'] });
    expect(log).toEqual(['car', 'undo hotel']);
  });

  test('refuses a step that stands twice', async () => {
    const { saga, step } = createTrip();
    const plan = saga.execute(
      async (scope) => {
        await scope.step('flight', step('flight'));
        await scope.step('flight', step('flight'));
      },
      { input },
    );
    expect(await failureOf(plan)).toMatchObject({
      cause: new TypeError('saga "trip" has the step "flight" twice'),
      undone: ['flight'],
    });
  });
});

describe('a step that failed', () => {
  const timeout = Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' });

  test('is undone too where it may have happened', async () => {
    const { saga, book, log, failing } = createTrip();
    failing.set('hotel', timeout);
    const failure = await failureOf(saga.execute(book, { input }));
    expect(log).toEqual(['flight', 'hotel', 'undo hotel if any', 'undo flight']);
    expect(failure).toMatchObject({ step: 'hotel', undone: ['hotel', 'flight'], cause: timeout });
  });

  test('is undone by what the options say of its error', async () => {
    const { saga, book, log, failing } = createTrip({ mayHaveHappened: (error) => error === boom });
    failing.set('hotel', timeout);
    await failureOf(saga.execute(book, { input }));
    expect(log.splice(0)).toEqual(['flight', 'hotel', 'undo flight']);
    failing.set('hotel', boom);
    await failureOf(saga.execute(book, { input }));
    expect(log).toEqual(['flight', 'hotel', 'undo hotel if any', 'undo flight']);
  });

  test('is undone where that question throws', async () => {
    const { saga, book, log, failing, faults } = createTrip({
      mayHaveHappened: () => {
        throw new Error('a bug');
      },
    });
    failing.set('flight', boom);
    await failureOf(saga.execute(book, { input }));
    expect({ log, faults }).toEqual({ log: ['flight', 'undo flight if any'], faults: [new Error('a bug')] });
  });
});

describe('a compensation', () => {
  test('is tried again after a while', async () => {
    const backoff = { kind: 'constant', baseMs: 1_000, jitter: 'none' } as const;
    const trip = createTrip({ compensationRetry: { maxRetries: 2, backoff } });
    const { saga, book, log, failing, clock, counts, telemetry } = trip;
    failing.set('car', boom).set('undo hotel', new Error('busy'));
    const failing$ = failureOf(saga.execute(book, { input }));
    await clock.advance(1_500);
    failing.delete('undo hotel');
    await clock.advance(1_000);
    expect(await failing$).toMatchObject({ undone: ['hotel', 'flight'], notUndone: [] });
    expect(log.filter((entry) => entry === 'undo hotel')).toHaveLength(3);
    expect(counts()).toMatchObject({ compensations: 2 });
    expect(telemetry.counts('retry/trip: undo')).toMatchObject({ success: 2, retries: 2 });
  });

  test('is not tried again where it was refused', async () => {
    const { saga, book, log, failing } = createTrip({ compensationRetry: {} });
    failing.set('car', boom).set('undo hotel', Object.assign(new Error('what hotel?'), { status: 404 }));
    expect(await failureOf(saga.execute(book, { input }))).toMatchObject({ notUndone: ['hotel'] });
    expect(log.filter((entry) => entry === 'undo hotel')).toHaveLength(1);
  });

  test('is given an open signal, its attempt and a key', async () => {
    const { saga } = createTrip();
    const calls: object[] = [];
    const plan = saga.execute(
      async (scope) => {
        await scope.step('flight', {
          run: ({ key }) => key,
          compensate: ({ id, key, attempt, signal, results }, result) =>
            calls.push({ id, attempt, aborted: signal.aborted, results, isSame: key === result }),
        });
        throw boom;
      },
      { id: 't-1' },
    );
    await failureOf(plan);
    expect(calls).toEqual([
      { id: 't-1', attempt: 1, aborted: false, isSame: true, results: { flight: expect.any(String) } },
    ]);
  });
});

test('sagas that fail alike are told once in ten seconds', async () => {
  const { saga, book, failing, clock, telemetry } = createTrip();
  failing.set('car', boom);
  const told = (): number => telemetry.kinds().filter((kind) => kind === 'saga.failed').length;
  for (let count = 0; count < 5; count++) await failureOf(saga.execute(book, { input }));
  expect(told()).toBe(1);
  await clock.advance(10_000);
  await failureOf(saga.execute(book, { input }));
  expect(told()).toBe(2);
  failing.set('undo hotel', boom);
  for (let count = 0; count < 3; count++) await failureOf(saga.execute(book, { input }));
  expect(told()).toBe(5);
});

test('it hands arguments and `this` on, and its scope behind them', async () => {
  const { saga, step } = createTrip();
  const desk = {
    name: 'desk',
    book: saga.wrap(async function (
      this: { name: string },
      id: string,
      note: string | undefined,
      scope: SagaScope<string>,
    ) {
      await scope.step('flight', step('flight'));
      return `${this.name} ${id} ${note}`;
    }),
    plain: saga.wrap((a: number, b: number) => a + b),
  };
  expect(await desk.book('t-1', undefined)).toBe('desk t-1 undefined');
  expect(await Reflect.apply(desk.book, desk, ['t-1'])).toBe('desk t-1 undefined');
  expect(await desk.plain(1, 2)).toBe(3);
});

test('it stands in any order with other primitives', async () => {
  const { agent } = await createTestAgent();
  const safe = agent.compose(agent.retry('trips', { maxRetries: 1 }), agent.saga('trips'));
  expect(await safe.execute(() => 'booked')).toBe('booked');
  expect(agent.saga('trips')).toBe(agent.saga('trips'));
  expect(() => agent.saga('trips', {})).toThrow('exists already');
});
