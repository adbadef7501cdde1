import { CriticalError, hasCode } from '@holdfast/agent';
import { expect, test } from 'vitest';
import { always, createShop, watch } from './shop.ts';

test('a fault without an error throws one with a code', async () => {
  const { agent, pay } = await createShop();
  agent.faults.start('no payments', always);
  const error = await pay().catch((error: unknown) => error);
  expect(hasCode(error, 'HOLDFAST_FAULT_INJECTED')).toBe(true);
  expect(error).toMatchObject({
    message: 'fault "no payments" was injected into "payments"',
    source: { service: 'shop', pipeline: 'payments', primitive: 'pipeline', name: 'payments' },
  });
});

test('a fault throws its error instead of calling the function', async () => {
  const { agent } = await createShop();
  const error = new CriticalError('disk');
  let called = false;
  agent.faults.start('disk', { ...always, error });
  const call = agent.pipeline('payments').execute(() => {
    called = true;
  });
  await expect(call).rejects.toBe(error);
  expect(called).toBe(false);
});

test('a function makes a new error for each call', async () => {
  const { agent, pay } = await createShop();
  let made = 0;
  agent.faults.start('numbered', { ...always, error: () => new Error(`number ${++made}`) });
  await expect(pay()).rejects.toThrow('number 1');
  await expect(pay()).rejects.toThrow('number 2');
});

test('an outcome answers instead of the function', async () => {
  const { agent, pay } = await createShop();
  agent.faults.start('empty', { kind: 'outcome', ratio: 1, result: { items: [] } });
  expect(await pay()).toEqual({ items: [] });
});

test('an outcome may be made for each call, and may be nothing', async () => {
  const { agent, pay } = await createShop();
  const made = agent.faults.start('made', {
    kind: 'outcome',
    ratio: 1,
    result: ({ attempt }: { readonly attempt: number }) => `attempt ${attempt}`,
  });
  expect(await pay()).toBe('attempt 1');
  made.stop();
  agent.faults.start('nothing', { kind: 'outcome', ratio: 1 });
  expect(await pay()).toBeUndefined();
});

test('latency waits before the function', async () => {
  const { agent, clock, pay } = await createShop();
  agent.faults.start('slow', { kind: 'latency', ratio: 1, latencyMs: 400 });
  const settled = watch(pay());
  await clock.advance(399);
  expect(settled).toEqual([]);
  await clock.advance(1);
  expect(settled).toEqual(['fine']);
});

test('latency is drawn between its bounds', async () => {
  const { agent, clock, pay } = await createShop(); // its random numbers are all 0.5
  agent.faults.start('slow', { kind: 'latency', ratio: 1, latencyMs: { minMs: 100, maxMs: 300 } });
  const settled = watch(pay());
  await clock.advance(199);
  expect(settled).toEqual([]);
  await clock.advance(1);
  expect(settled).toEqual(['fine']);
});

test('latency ends when the time-out of the attempt does', async () => {
  const { agent, clock, pay } = await createShop();
  agent.faults.start('slow', { kind: 'latency', ratio: 1, latencyMs: 50_000 });
  const answer = pay().catch((error: unknown) => error);
  await clock.advance(1_000);
  expect(hasCode(await answer, 'HOLDFAST_TIMED_OUT')).toBe(true);
});

test('latency ends when the caller gives up', async () => {
  const { agent } = await createShop();
  agent.faults.start('slow', { kind: 'latency', ratio: 1, latencyMs: 50_000 });
  const caller = new AbortController();
  let called = false;
  const call = agent.pipeline('payments').execute(
    () => {
      called = true;
    },
    { signal: caller.signal },
  );
  caller.abort(new Error('gone'));
  await expect(call).rejects.toThrow('gone');
  expect(called).toBe(false);
});

test('behavior runs before the function', async () => {
  const { agent, pay } = await createShop();
  const attempts: number[] = [];
  agent.faults.start('drop caches', {
    kind: 'behavior',
    ratio: 1,
    behavior: ({ attempt }) => attempts.push(attempt),
  });
  expect(await pay()).toBe('fine');
  expect(attempts).toEqual([1]);
});

test('what a behavior throws, the call throws', async () => {
  const { agent, pay } = await createShop();
  const behavior = (): Promise<never> => Promise.reject(new Error('no connection left'));
  agent.faults.start('drain', { kind: 'behavior', ratio: 1, behavior });
  await expect(pay()).rejects.toThrow('no connection left');
});

test('faults together wait first, and fail then', async () => {
  const { agent, clock, pay } = await createShop();
  agent.faults.start('down', always);
  agent.faults.start('slow', { kind: 'latency', ratio: 1, latencyMs: 200 });
  const settled = watch(pay());
  await clock.advance(199);
  expect(settled).toEqual([]);
  await clock.advance(1);
  expect(hasCode(settled[0], 'HOLDFAST_FAULT_INJECTED')).toBe(true);
});
