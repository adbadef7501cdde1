import { expect, test } from 'vitest';
import { createIdempotency } from '../../../../agent/src/primitives/idempotency/idempotency.ts';
import { KeyStore } from '../../support/key-store.ts';
import { createTestRuntime } from '../../support/runtime.ts';

const gone = new Error('gave up');
const forever = (): Promise<never> => new Promise(() => {});

test('an abort right after the call ends it, and nothing runs', async () => {
  const { runtime, telemetry } = createTestRuntime();
  const orders = createIdempotency(runtime, 'orders');
  const controller = new AbortController();
  let runs = 0;
  const call = orders.execute(() => ++runs, { key: 'a', signal: controller.signal });
  controller.abort(gone);
  await expect(call).rejects.toBe(gone);
  expect(await orders.execute(() => 'next', { key: 'a' })).toBe('next');
  expect(runs).toBe(0);
  expect(telemetry.counts('idempotency/orders')).toEqual({ cancelled: 1, class_cancelled: 1, success: 1 });
});

test('an abort right after the call leaves those who joined their answer', async () => {
  const orders = createIdempotency(createTestRuntime().runtime, 'orders');
  const controller = new AbortController();
  const call = orders.execute(() => 'done', { key: 'a', signal: controller.signal });
  const joined = orders.execute(() => 'never', { key: 'a' });
  controller.abort(gone);
  await expect(call).rejects.toBe(gone);
  expect(await joined).toBe('done');
});

test('an abort out of the fingerprint ends the call', async () => {
  const controller = new AbortController();
  const orders = createIdempotency(createTestRuntime().runtime, 'orders', {
    fingerprint: () => {
      controller.abort(gone);
      return '';
    },
  });
  await expect(orders.execute(forever, { key: 'a', signal: controller.signal })).rejects.toBe(gone);
});

test('an abort while one waits for what nobody wants ends the wait', async () => {
  const { runtime, clock } = createTestRuntime();
  const orders = createIdempotency(runtime, 'orders');
  const [first, second] = [new AbortController(), new AbortController()];
  const left = orders.execute(forever, { key: 'a', signal: first.signal });
  await clock.advance(0);
  first.abort(gone);
  await expect(left).rejects.toBe(gone);
  const waiting = orders.execute(forever, { key: 'a', signal: second.signal });
  second.abort(gone);
  await expect(waiting).rejects.toBe(gone);
});

test('who comes after it asks a store that could not be told', async () => {
  const { runtime } = createTestRuntime();
  const store = new KeyStore();
  const orders = createIdempotency(runtime, 'orders', { store });
  const controller = new AbortController();
  store.broken.add('release');
  const call = orders.execute(() => 'never', { key: 'a', signal: controller.signal });
  controller.abort(gone);
  await expect(call).rejects.toBe(gone);
  store.broken.add('begin');
  await expect(orders.execute(() => 'never', { key: 'a' })).rejects.toThrow('could not be claimed');
});
