import { describe, expect, test } from 'vitest';
import { createLimiter } from '../../support/limiter.ts';

const limited = (retryAfterMs: number): object => ({ code: 'HOLDFAST_RATE_LIMITED', retryAfterMs });

describe('keys', () => {
  test('each key has a rate of its own', async () => {
    const { limiter } = createLimiter({ limit: 1, perMs: 1_000 });
    expect(await limiter.execute(() => 'ada', { key: 'ada' })).toBe('ada');
    expect(await limiter.execute(() => 'bob', { key: 'bob' })).toBe('bob');
    expect(await limiter.execute(() => 'nobody')).toBe('nobody');
    await expect(limiter.execute(() => 'again', { key: 'ada' })).rejects.toMatchObject(limited(1_000));
  });

  test('the key that was not used for longest is forgotten, and counted', async () => {
    const { limiter, clock } = createLimiter({ limit: 1, perMs: 1_000, maxKeys: 2 });
    for (const key of ['ada', 'bob', 'ada', 'cy']) limiter.tryAcquire(key);
    expect(limiter.forgottenKeyCount).toBe(1);
    expect(limiter.tryAcquire('ada')).toBe(false);
    expect(limiter.tryAcquire('bob')).toBe(true);
    await clock.advance(1_000);
    for (const key of ['dan', 'eve']) limiter.tryAcquire(key);
    expect(limiter.forgottenKeyCount).toBe(2); // those who may come in again lose nothing
  });

  test('the gauge shows what the busiest key has left', async () => {
    const { limiter, telemetry } = createLimiter({ limit: 3 });
    limiter.tryAcquire('ada');
    limiter.tryAcquire('ada');
    limiter.tryAcquire('bob');
    expect(telemetry.gauges('rate_limiter/search')).toEqual({ available: 1, queue_length: 0 });
    expect([limiter.available('ada'), limiter.available('bob'), limiter.available('cy')]).toEqual([1, 2, 3]);
  });
});

describe('without a call', () => {
  test('a place is taken or refused at once, and counted', () => {
    const { limiter, telemetry } = createLimiter({ limit: 1, maxWaitMs: 5_000 });
    expect([limiter.tryAcquire(), limiter.tryAcquire()]).toEqual([true, false]);
    expect(telemetry.counts('rate_limiter/search')).toEqual({ success: 1, rejected: 1, class_rejected: 1 });
  });

  test.each(['token_bucket', 'sliding_window'] as const)('all places of a %s are taken', async (kind) => {
    const { limiter, clock } = createLimiter({ kind, limit: 4, perMs: 1_000 });
    limiter.tryAcquire();
    expect(limiter.drain()).toBe(3);
    expect(limiter.drain()).toBe(0);
    expect(limiter.tryAcquire()).toBe(false);
    await clock.advance(1_000);
    expect(limiter.available()).toBe(4);
  });
});
