import { describe, expect, test } from 'vitest';
import { hasCode } from '../../../../agent/src/errors.ts';
import { createBreaker, fail, hang, succeed } from '../../support/breaker.ts';

describe('open', () => {
  test('a rejection says who, why and when to come back', async () => {
    const { breaker, clock } = createBreaker();
    const cause = new Error('down');
    await fail(breaker, 4, cause);
    await clock.advance(400);
    const error = await breaker.execute(() => 'never').catch((caught: unknown) => caught);
    expect(hasCode(error, 'HOLDFAST_CIRCUIT_OPEN')).toBe(true);
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      message: 'circuit breaker "payments" is open',
      source: { service: 'checkout', primitive: 'circuit_breaker', name: 'payments' },
      retryAfterMs: 600,
      cause,
    });
  });

  test('it goes half open by a timer where it is told to', async () => {
    const { breaker, clock, telemetry } = createBreaker({ halfOpenAutomatically: true });
    await fail(breaker, 4);
    await clock.advance(999);
    expect(breaker.state).toBe('open');
    await clock.advance(1);
    expect(breaker.state).toBe('half_open');
    expect(telemetry.events.at(-1)).toMatchObject({ from: 'open', to: 'half_open', cause: 'open_elapsed' });
  });

  test('the open duration may depend on the attempt and the cause', async () => {
    const asked: unknown[] = [];
    const { breaker, clock } = createBreaker({
      openDurationMs: (attempt, cause) => {
        asked.push([attempt, cause]);
        return attempt * 100;
      },
    });
    await fail(breaker, 4);
    await clock.advance(101);
    await fail(breaker, 2);
    await clock.advance(201);
    await succeed(breaker, 2);
    expect(breaker.state).toBe('closed');
    await fail(breaker, 4);
    expect(asked).toEqual([
      [1, 'failure_rate'],
      [2, 'probe_failed'],
      [1, 'failure_rate'],
    ]);
  });

  test('an open duration that makes no sense is reported and replaced', async () => {
    const { breaker, faults } = createBreaker({ openDurationMs: () => Number.NaN });
    await fail(breaker, 4);
    expect(breaker.level().untilAt).toBe(60_000);
    expect(faults).toHaveLength(1);
  });
});

describe('half open', () => {
  test('a probe that hangs leads back to open', async () => {
    const { breaker, clock, telemetry } = createBreaker({
      initialState: 'half_open',
      halfOpenMaxWaitMs: 500,
    });
    hang((fn) => breaker.execute(fn));
    await clock.advance(500);
    expect(telemetry.events.at(-1)).toMatchObject({ to: 'open', cause: 'half_open_timeout' });
  });

  test('a probe that hangs leads to closed where it is told to', async () => {
    const { breaker, clock } = createBreaker({
      initialState: 'half_open',
      halfOpenMaxWaitMs: 500,
      halfOpenMaxWaitTo: 'closed',
    });
    hang((fn) => breaker.execute(fn));
    await clock.advance(500);
    expect(breaker.state).toBe('closed');
  });

  test('without a limit it waits for ever', async () => {
    const { breaker, clock } = createBreaker({ initialState: 'half_open' });
    hang((fn) => breaker.execute(fn));
    await clock.advance(86_400_000);
    expect(breaker.state).toBe('half_open');
  });

  test('a permit that is given back can be used again', () => {
    const { breaker } = createBreaker({ initialState: 'half_open', halfOpenCalls: 1 });
    const permit = breaker.tryAcquire();
    expect(breaker.tryAcquire()).toBeUndefined();
    permit?.release();
    permit?.release();
    expect(breaker.tryAcquire()).toBeDefined();
    expect(breaker.tryAcquire()).toBeUndefined();
  });

  test('only the first settlement of a permit counts', () => {
    const { breaker } = createBreaker();
    const permit = breaker.tryAcquire();
    permit?.fail(new Error('down'));
    permit?.succeed();
    expect(breaker.metrics).toMatchObject({ callCount: 1, failureCount: 1 });
  });
});

describe('held states', () => {
  test('forced open rejects for ever and reports every rejection', async () => {
    const { breaker, clock, telemetry } = createBreaker();
    const rejected: unknown[] = [];
    breaker.on('rejected', (call) => void rejected.push(call));
    breaker.forceOpen('maintenance');
    await clock.advance(86_400_000);
    for (let call = 0; call < 3; call++)
      await expect(breaker.execute(() => 'never')).rejects.toMatchObject({
        message: 'circuit breaker "payments" is held open',
        retryAfterMs: undefined,
      });
    expect(rejected).toHaveLength(3);
    expect(telemetry.counts('circuit_breaker/payments')).toEqual({ rejected: 3, class_rejected: 3 });
  });

  test('disabled lets all through and records nothing', async () => {
    const { breaker } = createBreaker({ initialState: 'disabled' });
    await fail(breaker, 9);
    expect(breaker.state).toBe('disabled');
    expect(breaker.metrics.callCount).toBe(0);
  });

  test('metrics only reports each crossing, up and down', async () => {
    const { breaker, telemetry } = createBreaker({ initialState: 'metrics_only' });
    await fail(breaker, 4);
    await succeed(breaker, 4);
    await fail(breaker, 2);
    expect(breaker.state).toBe('metrics_only');
    const crossed = { kind: 'circuit_breaker.threshold_crossed', threshold: 'failure_rate' };
    expect(telemetry.events.filter(({ kind }) => kind === crossed.kind)).toEqual([
      { ...crossed, direction: 'up', ratio: 1 },
      { ...crossed, direction: 'down', ratio: 0.25 },
      { ...crossed, direction: 'up', ratio: 0.5 },
    ]);
  });
});

describe('transitions by hand', () => {
  test.each([
    ['closed', 'halfOpen', 'only an open one can be probed'],
    ['metrics_only', 'open', 'close it first'],
    ['metrics_only', 'halfOpen', 'close it first'],
  ] as const)('from %s, %s is refused', (initialState, action, reason) => {
    const { breaker } = createBreaker({ initialState });
    expect(() => breaker[action]('try')).toThrow(reason);
    expect(breaker.state).toBe(initialState);
  });

  test('to the same state is allowed and silent', async () => {
    const { breaker, telemetry } = createBreaker();
    await fail(breaker, 3);
    breaker.close('again');
    expect(telemetry.kinds()).toEqual(['error.sampled']);
    expect(breaker.metrics.callCount).toBe(0);
  });

  test('opening by hand lasts as long as is said', async () => {
    const { breaker, clock } = createBreaker();
    breaker.open('drill', { durationMs: 300 });
    expect(breaker.level()).toMatchObject({
      state: 'open',
      untilAt: 300,
      cause: 'code: drill',
      attribution: { by: 'code', reason: 'drill' },
    });
    await clock.advance(301);
    await succeed(breaker, 2);
    expect(breaker.state).toBe('closed');
  });

  test('a reset empties the window and is reported even when closed', async () => {
    const { breaker, telemetry } = createBreaker();
    const resets: unknown[] = [];
    breaker.on('reset', (reset) => void resets.push(reset));
    await fail(breaker, 3);
    breaker.reset();
    breaker.forceOpen('stop');
    breaker.reset();
    expect(resets).toEqual([{ from: 'closed' }, { from: 'forced_open' }]);
    expect(telemetry.kinds().filter((kind) => kind === 'circuit_breaker.closed')).toHaveLength(2);
    expect(breaker.metrics.callCount).toBe(0);
  });
});
