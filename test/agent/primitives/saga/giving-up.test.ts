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

  test('leaves the saga to those who joined', async () => {
    const { saga, step, log, counts } = createTrip();
    const [first, second] = [new AbortController(), new AbortController()];
    let goOn: (() => void) | undefined;
    const body: Parameters<typeof saga.execute>[0] = async (scope) => {
      await scope.step('flight', step('flight'));
      await new Promise<void>((resolve) => (goOn = resolve));
      await scope.step('hotel', step('hotel'));
      return 'booked';
    };
    const began = saga.execute(body, { id: 'trip', input, signal: first.signal });
    const joined = saga.execute(body, { id: 'trip', input, signal: second.signal });
    const also = saga.execute(body, { id: 'trip', input });
    while (goOn === undefined) await Promise.resolve();
    first.abort(gone);
    expect(await failureOf(began)).toBe(gone);
    second.abort(gone);
    expect(await failureOf(joined)).toBe(gone);
    goOn();
    expect(await also).toBe('booked');
    expect(log).toEqual(['flight', 'hotel']);
    expect(counts()).toEqual({ success: 1, cancelled: 2, class_cancelled: 2, coalesced: 2 });
  });

  test('as the last of several has the steps undone', async () => {
    const { saga, step, log } = createTrip();
    const [first, second] = [new AbortController(), new AbortController()];
    const body: Parameters<typeof saga.execute>[0] = async (scope) => {
      await scope.step('flight', step('flight'));
      first.abort(new Error('first'));
      second.abort(gone);
      await scope.step('hotel', step('hotel'));
    };
    const began = saga.execute(body, { id: 'trip', input, signal: first.signal });
    const joined = saga.execute(body, { id: 'trip', input, signal: second.signal });
    expect(await failureOf(began)).toEqual(new Error('first'));
    expect(await failureOf(joined)).toMatchObject({ undone: ['flight'], cause: gone });
    expect(log).toEqual(['flight', 'undo flight']);
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
