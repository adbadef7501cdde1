import { describe, expect, test } from 'vitest';
import { CriticalError } from '../../../../agent/src/errors.ts';
import { createBreaker, fail, hang, succeed } from '../../support/breaker.ts';

describe('what is counted', () => {
  test('a count window smaller than the minimum decides when it is full', async () => {
    const { breaker } = createBreaker({ minimumCalls: 50 });
    await fail(breaker, 4);
    expect(breaker.state).toBe('open');
  });

  test('a time window never lowers the minimum', async () => {
    const { breaker } = createBreaker({ window: { kind: 'time', seconds: 1 }, minimumCalls: 5 });
    await fail(breaker, 4);
    expect(breaker.state).toBe('closed');
    await fail(breaker);
    expect(breaker.state).toBe('open');
  });

  test('ratios are not known below the minimum', async () => {
    const { breaker } = createBreaker();
    await fail(breaker, 3);
    expect(breaker.metrics).toEqual({
      callCount: 3,
      failureCount: 3,
      slowCallCount: 0,
      rejectedCount: 0,
      failureRatio: undefined,
      slowCallRatio: undefined,
    });
  });

  test('a full count window forgets its oldest outcome', async () => {
    const { breaker } = createBreaker({ failureRatio: 1 });
    await fail(breaker, 2);
    await succeed(breaker, 4);
    expect(breaker.metrics).toMatchObject({ callCount: 4, failureCount: 0, failureRatio: 0 });
  });

  test('a gap longer than the time window empties it', async () => {
    const { breaker, clock } = createBreaker(
      { window: { kind: 'time', seconds: 5 } },
      { startAt: 1_700_000_000_500 },
    );
    await fail(breaker, 3);
    await clock.advance(4_499);
    expect(breaker.metrics.callCount).toBe(3);
    await clock.advance(1);
    expect(breaker.metrics.callCount).toBe(0);
  });

  test('a slow failure counts in both ratios', async () => {
    const { breaker, clock } = createBreaker({
      slowCallMs: 100,
      minimumCalls: 1,
      window: { kind: 'count', size: 1 },
      failureRatio: 1,
    });
    breaker.metricsOnly('to look');
    const call = hang((fn) => breaker.execute(fn));
    await clock.advance(101);
    call.reject(new Error('late and wrong'));
    await clock.advance(0);
    expect(breaker.metrics).toMatchObject({ failureRatio: 1, slowCallRatio: 1 });
  });

  test('too many slow calls open it', async () => {
    const { breaker, clock, telemetry } = createBreaker({
      slowCallMs: 100,
      slowCallRatio: 0.5,
      window: { kind: 'count', size: 2 },
    });
    const calls = [hang((fn) => breaker.execute(fn)), hang((fn) => breaker.execute(fn))];
    await clock.advance(101);
    for (const call of calls) call.resolve('at last');
    await clock.advance(0);
    expect(telemetry.events).toMatchObject([
      { kind: 'circuit_breaker.opened', cause: 'slow_call_rate', slowCallRatio: 1, failureRatio: 0 },
    ]);
    expect(telemetry.counts('circuit_breaker/payments')).toEqual({ success: 2, slow: 2 });
  });

  test('an ignored error counts neither way', async () => {
    const { breaker, telemetry } = createBreaker({ ignores: (error) => error instanceof RangeError });
    await fail(breaker, 9, new RangeError('not mine'));
    expect(breaker.metrics.callCount).toBe(0);
    expect(telemetry.counts('circuit_breaker/payments')).toEqual({ ignored: 9, class_critical: 9 });
  });

  test('an error that does not count is a success', async () => {
    const { breaker } = createBreaker();
    await fail(breaker, 4, { status: 404 });
    expect(breaker.metrics).toMatchObject({ callCount: 4, failureCount: 0 });
    expect(breaker.state).toBe('closed');
  });

  test('its own predicate goes before what the classifier says', async () => {
    const { breaker } = createBreaker({ countsAsFailure: () => true });
    await fail(breaker, 4, { status: 404 });
    expect(breaker.state).toBe('open');
  });

  test('a result that counts as a failure reaches the caller', async () => {
    const { breaker } = createBreaker({ countsResultAsFailure: (result) => result === 'empty' });
    for (let call = 0; call < 4; call++) expect(await breaker.execute(() => 'empty')).toBe('empty');
    expect(breaker.state).toBe('open');
  });

  test("another breaker's rejection is never counted", async () => {
    const outer = createBreaker();
    const inner = createBreaker();
    inner.breaker.forceOpen('maintenance');
    for (let call = 0; call < 9; call++)
      await outer.breaker.execute(() => inner.breaker.execute(() => 'never')).catch(() => undefined);
    expect(outer.breaker.metrics.callCount).toBe(0);
    expect(outer.telemetry.counts('circuit_breaker/payments')).toEqual({ ignored: 9 });
    expect(inner.telemetry.counts('circuit_breaker/payments')).toEqual({ rejected: 9, class_rejected: 9 });
  });

  test('a call that its caller cancels is neither success nor failure', async () => {
    const { breaker, clock, telemetry } = createBreaker({ initialState: 'half_open' });
    const controller = new AbortController();
    const call = hang((fn) => breaker.execute(fn, { signal: controller.signal }));
    const reason = new Error('gave up');
    controller.abort(reason);
    call.reject(reason);
    await clock.advance(0);
    expect(breaker.metrics.callCount).toBe(0);
    expect(telemetry.counts('circuit_breaker/payments')).toEqual({ cancelled: 1, class_cancelled: 1 });
    await succeed(breaker, 2);
    expect(breaker.state).toBe('closed');
  });

  test('a caller who gives up is answered at once, the permit free', async () => {
    const { breaker, clock, telemetry } = createBreaker({ initialState: 'half_open', halfOpenCalls: 1 });
    const controller = new AbortController();
    let answer: (value: unknown) => void = () => {};
    const deaf = (): Promise<unknown> => new Promise((resolve) => (answer = resolve));
    const call = breaker.execute(deaf, { signal: controller.signal });
    const reason = new Error('gave up');
    controller.abort(reason);
    await expect(call).rejects.toBe(reason);
    await succeed(breaker, 1);
    expect(breaker.state).toBe('closed');
    answer('late');
    await clock.advance(0);
    expect(telemetry.counts('circuit_breaker/payments')).toEqual({
      success: 1,
      cancelled: 1,
      class_cancelled: 1,
      late: 1,
    });
  });

  test('a predicate that throws is reported and decides nothing', async () => {
    const boom = new Error('in the predicate');
    const { breaker, faults } = createBreaker({
      countsAsFailure: () => {
        throw boom;
      },
    });
    await fail(breaker, 4);
    expect(breaker.state).toBe('open');
    expect(faults).toEqual([boom, boom, boom, boom]);
  });
});

describe('opening at once', () => {
  test('an error that trips opens whatever the counts', async () => {
    const { breaker, telemetry } = createBreaker({ tripsOn: (error) => error instanceof CriticalError });
    await fail(breaker, 1, new CriticalError('certificate expired'));
    expect(telemetry.events.at(-1)).toMatchObject({
      kind: 'circuit_breaker.opened',
      cause: 'trip',
      callCount: 1,
      untilAt: 1_000,
      error: { class: 'critical', severity: 'high', message: 'certificate expired' },
    });
    expect(breaker.state).toBe('open');
  });

  test('it opens for as long as the error asks to wait', async () => {
    const { breaker, clock } = createBreaker({ tripsOn: () => true });
    await fail(breaker, 1, { status: 503, headers: new Headers({ 'retry-after': '30' }) });
    await clock.advance(30_000);
    expect(breaker.tryAcquire()).toBeUndefined();
    await clock.advance(1);
    expect(breaker.tryAcquire()).toBeDefined();
  });

  test('it opens for as long as the predicate says', async () => {
    const { breaker } = createBreaker({ tripsOn: () => ({ openForMs: 5_000 }) });
    await fail(breaker);
    expect(breaker.level()).toMatchObject({ state: 'open', untilAt: 5_000 });
  });

  test('in metrics only nothing trips', async () => {
    const { breaker } = createBreaker({ tripsOn: () => true, initialState: 'metrics_only' });
    await fail(breaker);
    expect(breaker.state).toBe('metrics_only');
  });
});

describe('late outcomes', () => {
  test('a call from an earlier state is late and decides nothing', async () => {
    const { breaker, clock, telemetry } = createBreaker({ halfOpenCalls: 1 });
    const stale = hang((fn) => breaker.execute(fn));
    await fail(breaker, 4);
    await clock.advance(1_001);
    const probe = hang((fn) => breaker.execute(fn));
    const seen: unknown[] = [];
    breaker.on('call', ({ outcome, late }) => void seen.push({ outcome, late }));
    stale.resolve('a success of long ago');
    await clock.advance(0);
    expect(breaker.state).toBe('half_open');
    probe.resolve('now');
    await clock.advance(0);
    expect(breaker.state).toBe('closed');
    expect(seen).toEqual([
      { outcome: 'success', late: true },
      { outcome: 'success', late: false },
    ]);
    expect(telemetry.counts('circuit_breaker/payments')).toMatchObject({ success: 2, failure: 4, late: 1 });
  });

  test('a late failure does not open a recovered breaker', async () => {
    const { breaker, clock } = createBreaker({ minimumCalls: 1, window: { kind: 'count', size: 1 } });
    const stale = hang((fn) => breaker.execute(fn));
    breaker.reset();
    stale.reject(new Error('of before'));
    await clock.advance(0);
    expect(breaker.state).toBe('closed');
    expect(breaker.metrics.callCount).toBe(0);
  });
});
