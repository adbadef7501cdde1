import { describe, expect, test } from 'vitest';
import { hang } from '../../support/breaker.ts';
import { createTestRuntime } from '../../support/runtime.ts';
import { SagaShelf } from '../../support/saga-store.ts';
import { createTrip, failureOf, type Trip } from '../../support/trip.ts';

const boom = new Error('no car left');
const call = { id: 't-1', input: 'Oslo' };

/** Two processes that share a store and a clock. */
function fleet(): { here: Trip; there: Trip; store: SagaShelf } {
  const store = new SagaShelf();
  const here = createTrip({ store, leaseMs: 3_000 });
  const other = createTestRuntime({ seed: 2 });
  const there = createTrip(
    { store, leaseMs: 3_000 },
    { ...other, clock: here.clock, runtime: { ...other.runtime, clock: here.clock } },
  );
  return { here, there, store };
}

/** A step of `there` hangs as if its process had died: its heart no longer beats. */
async function crashAt(name: string, { there, store }: ReturnType<typeof fleet>): Promise<void> {
  const { saga, step, clock } = there;
  hang((fn) =>
    saga.execute(async (scope) => {
      for (const one of ['flight', 'hotel', 'car'])
        await scope.step(one, one === name ? { ...step(one), run: fn } : step(one));
      return 'never';
    }, call),
  );
  await clock.advance(0);
  store.savesLeft = 0;
  await clock.advance(3_000);
  store.savesLeft = Number.POSITIVE_INFINITY;
  store.rows.set('trip/t-1', { ...(store.rows.get('trip/t-1') ?? never()), owner: 'dead' });
}

function never(): never {
  throw new Error('it is not there');
}

describe('what a process left behind', () => {
  test('goes on without the steps that were done', async () => {
    const all = fleet();
    await crashAt('hotel', all);
    const { saga, book, log } = all.here;
    expect(await saga.resume('t-1', book)).toBe('flight to Oslo, hotel to Oslo, car to Oslo');
    expect(log).toEqual(['hotel', 'car']);
  });

  test('is undone with the results that were written down', async () => {
    const all = fleet();
    await crashAt('hotel', all);
    const { saga, book, log, failing } = all.here;
    failing.set('hotel', boom);
    expect(await failureOf(saga.resume('t-1', book))).toMatchObject({ step: 'hotel', undone: ['flight'] });
    expect(log).toEqual(['hotel', 'undo flight']);
  });

  test('goes on where it is executed again with its id', async () => {
    const all = fleet();
    await crashAt('car', all);
    const { saga, book, log } = all.here;
    await saga.execute(book, call);
    expect(log).toEqual(['car']);
  });

  test('goes on going back', async () => {
    const { here, there, store } = fleet();
    there.failing.set('car', boom).set('undo hotel', new Error('busy'));
    await failureOf(there.saga.execute(there.book, call));
    expect(store.record('trip/t-1')).toEqual({
      run: expect.any(String),
      input: 'Oslo',
      state: 'compensating',
      steps: [
        { name: 'flight', state: 'done', result: 'flight to Oslo', compensation: 'done' },
        { name: 'hotel', state: 'done', result: 'hotel to Oslo', compensation: 'failed' },
      ],
      failure: { step: 'car', error: { name: 'Error', message: 'no car left' } },
    });
    const failure = await failureOf(here.saga.resume('t-1', here.book));
    expect(failure).toMatchObject({
      step: 'car',
      undone: ['hotel', 'flight'],
      notUndone: [],
      cause: { message: 'no car left' },
    });
    expect(here.log).toEqual(['undo hotel']);
    expect(here.counts()).toMatchObject({ failure: 1, compensations: 1 });
    expect(await failureOf(here.saga.resume('t-1', here.book))).toMatchObject({
      undone: ['hotel', 'flight'],
    });
    expect(here.log).toEqual(['undo hotel']);
  });

  test('names steps that its function no longer comes to', async () => {
    const { here, there } = fleet();
    there.failing.set('car', boom).set('undo hotel', new Error('busy'));
    await failureOf(there.saga.execute(there.book, call));
    const shorter = here.saga.resume('t-1', (scope) => scope.step('flight', here.step('flight')));
    expect(await failureOf(shorter)).toMatchObject({ undone: ['flight'], notUndone: ['hotel'] });
  });

  test('is resumed as a whole, one after the other', async () => {
    const { here, there, store } = fleet();
    there.failing.set('car', boom).set('undo hotel', boom);
    for (const id of ['a', 'b']) await failureOf(there.saga.execute(there.book, { ...call, id }));
    await there.saga.execute(() => 'done', { id: 'c' });
    const [{ record } = never()] = store.rows.values();
    const left = record
      .replace(/"state":"compensating"/, '"state":"running"')
      .replaceAll('compensation', 'x');
    store.rows.set('trip/d', { owner: 'dead', untilAt: 0, state: 'open', record: left });
    expect(await here.saga.resumeAll(here.book)).toEqual({ done: ['d'], failed: ['a', 'b'] });
    expect(await here.saga.resumeAll(here.book)).toEqual({ done: [], failed: [] });
  });
});

describe('the same id', () => {
  test('joins what is under way', async () => {
    const { saga, counts, telemetry } = createTrip();
    const first = hang((fn) => saga.execute(() => fn(), call));
    const second = saga.execute(() => 'never', call);
    await Promise.resolve();
    expect(telemetry.gauges('saga/trip')).toMatchObject({ in_flight: 1, limit: 1_000 });
    first.resolve('booked');
    expect([await first.answer, await second]).toEqual(['booked', 'booked']);
    expect(counts()).toEqual({ success: 2, coalesced: 1 });
  });

  test('can be left by who only joined', async () => {
    const { saga, counts } = createTrip();
    const first = hang((fn) => saga.execute(() => fn(), call));
    const controller = new AbortController();
    const second = saga.execute(() => 'never', { ...call, signal: controller.signal });
    controller.abort(boom);
    expect(await failureOf(second)).toBe(boom);
    first.resolve('booked');
    expect(await first.answer).toBe('booked');
    expect(counts()).toEqual({ success: 1, cancelled: 1, class_cancelled: 1, coalesced: 1 });
  });

  test('is answered again without a step', async () => {
    const { here, there } = fleet();
    await there.saga.execute(there.book, call);
    expect(await here.saga.execute(here.book, call)).toBe('flight to Oslo, hotel to Oslo, car to Oslo');
    expect({ log: here.log, counts: here.counts() }).toEqual({
      log: [],
      counts: { success: 1, cache_hits: 1 },
    });
  });

  test('begins anew, with new keys, where all was undone', async () => {
    const { saga, step, failing } = createTrip();
    const keys: string[] = [];
    const plan = {
      ...step('flight'),
      run: ({ key }: { key: string }): string => {
        keys.push(key);
        return 'booked';
      },
    };
    const book = (): Promise<unknown> =>
      saga.execute(async (scope) => {
        await scope.step('flight', plan);
        return scope.step('car', step('car'));
      }, call);
    failing.set('car', boom);
    await failureOf(book());
    failing.clear();
    expect(await book()).toBe('car to Oslo');
    expect(new Set(keys).size).toBe(2);
  });

  test('is refused while another process has it', async () => {
    const { here, there, store, ...rest } = fleet();
    expect(rest).toEqual({});
    const running = hang((fn) => there.saga.execute(() => fn(), call));
    await here.clock.advance(60_000);
    expect(await failureOf(here.saga.execute(here.book, call))).toMatchObject({
      code: 'HOLDFAST_IDEMPOTENCY_CONFLICT',
      message: 'saga "trip" has "t-1" under way in another process',
    });
    expect(here.counts()).toMatchObject({ rejected: 1 });
    running.resolve('booked');
    expect(await running.answer).toBe('booked');
    expect(store.rows.get('trip/t-1')).toMatchObject({ state: 'done' });
  });

  test('that nobody knows is named', async () => {
    const { here } = fleet();
    const problem = new RangeError('saga "trip" knows no "t-9"');
    expect(await failureOf(here.saga.resume('t-9', here.book))).toEqual(problem);
    await expect(here.saga.execute(here.book, { id: '' })).rejects.toThrow(
      '`id` must have 1 to 256 characters',
    );
  });

  test('is forgotten in this process when there are too many', async () => {
    const { saga, book, log } = createTrip({ maxEntries: 2 });
    for (const id of ['a', 'b', 'c']) await saga.execute(book, { id, input: 'Oslo' });
    log.splice(0);
    await saga.execute(book, { id: 'c', input: 'Oslo' });
    expect(log).toEqual([]);
    await saga.execute(book, { id: 'a', input: 'Oslo' });
    expect(log).toEqual(['flight', 'hotel', 'car']);
  });
});

describe('a store that fails', () => {
  test('lets nothing begin', async () => {
    const { here, store } = fleet();
    store.isBroken = true;
    expect(await failureOf(here.saga.execute(here.book, call))).toMatchObject({
      message: 'saga "trip" could not take "t-1" from its store',
      cause: new Error('the shelf is broken'),
    });
    expect({ log: here.log, counts: here.counts() }).toMatchObject({ log: [], counts: { failure: 1 } });
  });

  test('after a step has that step undone too', async () => {
    const { here, store } = fleet();
    store.savesLeft = 1;
    const failure = await failureOf(here.saga.execute(here.book, call));
    expect(failure).toMatchObject({ step: 'hotel', undone: ['hotel', 'flight'] });
    expect(here.log).toEqual(['flight', 'hotel', 'undo hotel', 'undo flight']);
    expect(here.faults.length).toBeGreaterThan(0);
  });

  test('at the end is reported, and the answer stands', async () => {
    const { here, store } = fleet();
    store.savesLeft = 3;
    expect(await here.saga.execute(here.book, call)).toContain('car to Oslo');
    expect(here.faults).toEqual([new Error('the shelf is full')]);
  });
});

test('a saga that was taken over stops, and undoes nothing', async () => {
  const { here, store } = fleet();
  const { saga, step, log, clock } = here;
  const running = hang((fn) =>
    saga.execute(async (scope) => {
      await scope.step('flight', step('flight'));
      await scope.step('hotel', { ...step('hotel'), run: fn });
      await scope.step('car', step('car'));
      return 'never';
    }, call),
  );
  await clock.advance(0);
  store.rows.set('trip/t-1', { ...(store.rows.get('trip/t-1') ?? never()), owner: 'other' });
  await clock.advance(1_000);
  running.resolve('a room');
  expect(await failureOf(running.answer)).toMatchObject({ code: 'HOLDFAST_IDEMPOTENCY_CONFLICT' });
  expect(log).toEqual(['flight']);
});

test('a result that no store can hold fails its step', async () => {
  const { here } = fleet();
  const { saga, log } = here;
  const flight = { run: () => new Map(), compensate: () => log.push('undo flight') };
  const plan = saga.execute((scope) => scope.step('flight', flight), call);
  expect(await failureOf(plan)).toMatchObject({
    step: 'flight',
    undone: ['flight'],
    cause: new TypeError('`result of step flight` must be what JSON can hold, got a Map'),
  });
  expect(log).toEqual(['undo flight']);
  await expect(saga.execute(() => 1, { id: 'b', input: new Date(0) as never })).rejects.toThrow(
    '`input` must be what JSON can hold, got a Date',
  );
});
