import { describe, expect, test } from 'vitest';
import { SagaShelf } from '../../support/saga-store.ts';
import { createTrip, failureOf } from '../../support/trip.ts';

const input = 'Oslo';

describe('a caller who gives up', () => {
  const gone = new Error('gave up');

  test('has the steps undone that were done', async () => {
    const { saga, step, log, counts, telemetry } = createTrip();
    const controller = new AbortController();
    const plan = saga.execute(
      async (scope) => {
        await scope.step('flight', step('flight'));
        controller.abort(gone);
        await scope.step('hotel', step('hotel'));
      },
      { input, signal: controller.signal },
    );
    expect(await failureOf(plan)).toMatchObject({ undone: ['flight'], cause: gone });
    expect(log).toEqual(['flight', 'undo flight']);
    expect(counts()).toEqual({ cancelled: 1, class_cancelled: 1, compensations: 1 });
    expect(telemetry.kinds()).toEqual(['saga.failed']);
  });

  test('has the step undone too that was under way', async () => {
    const { saga, step, log } = createTrip();
    const controller = new AbortController();
    const plan = saga.execute(
      (scope) =>
        scope.step('flight', {
          ...step('flight'),
          run: ({ signal }) =>
            new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
        }),
      { input, signal: controller.signal },
    );
    await Promise.resolve();
    await Promise.resolve();
    await Promise.resolve();
    controller.abort(gone);
    expect(await failureOf(plan)).toMatchObject({ undone: ['flight'], cause: gone });
    expect(log).toEqual(['undo flight if any']);
  });

  test('before the first step gets the own reason back', async () => {
    const { saga, book, log, counts } = createTrip();
    const signal = AbortSignal.abort(gone);
    expect(await failureOf(saga.execute(book, { input, signal }))).toBe(gone);
    expect({ log, counts: counts() }).toEqual({ log: [], counts: { cancelled: 1, class_cancelled: 1 } });
  });

  test.each([
    ['in this process', {}],
    ['in a store', { store: new SagaShelf() }],
  ])('right after the call, with records %s, has nothing done', async (_where, options) => {
    const { saga, step, log, counts } = createTrip(options);
    const controller = new AbortController();
    let runs = 0;
    const plan = saga.execute(
      async (scope) => {
        runs += 1;
        await scope.step('flight', step('flight'));
      },
      { input, signal: controller.signal },
    );
    controller.abort(gone);
    expect(await failureOf(plan)).toBe(gone);
    expect({ runs, log, counts: counts() }).toEqual({
      runs: 0,
      log: [],
      counts: { cancelled: 1, class_cancelled: 1 },
    });
  });
});
