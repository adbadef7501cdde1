import { expect, test } from 'vitest';
import { hasCode } from '../../../../agent/src/errors.ts';
import { createTimeout } from '../../../../agent/src/primitives/timeout/timeout.ts';
import { type HangingCall, hang } from '../../support/breaker.ts';
import { createTestRuntime } from '../../support/runtime.ts';

test('what takes too long ends with an error that says how long', async () => {
  const { runtime, clock, telemetry } = createTestRuntime();
  const timeout = createTimeout(runtime, 'search', { timeoutMs: 200 });
  const call = hang((fn) => timeout.execute(fn));
  await clock.advance(200);
  const error = await call.answer.catch((caught: unknown) => caught);
  expect(hasCode(error, 'HOLDFAST_TIMED_OUT')).toBe(true);
  expect(error).toMatchObject({
    message: '"search" took longer than 200 ms',
    source: { service: 'checkout', primitive: 'timeout', name: 'search' },
  });
  expect(telemetry.counts('timeout/search')).toEqual({ timeout: 1, class_partial_outage: 1 });
});

test("the function's signal is aborted with that error", async () => {
  const { runtime, clock } = createTestRuntime();
  const timeout = createTimeout(runtime, 'search', { timeoutMs: 200 });
  let seen: AbortSignal | undefined;
  const answer = timeout.execute(({ signal }) => {
    seen = signal;
    return new Promise(() => {});
  });
  answer.catch(() => undefined);
  await clock.advance(200);
  expect(seen?.aborted).toBe(true);
  expect(hasCode(seen?.reason, 'HOLDFAST_TIMED_OUT')).toBe(true);
});

test('a signal that is read too late is aborted already', async () => {
  const { runtime, clock } = createTestRuntime();
  const timeout = createTimeout(runtime, 'search', { timeoutMs: 200 });
  let isAborted: boolean | undefined;
  const answer = timeout.execute(async (call) => {
    await new Promise<void>((resolve) => void clock.setTimeout(resolve, 300));
    isAborted = call.signal.aborted;
  });
  answer.catch(() => undefined);
  await clock.advance(300);
  expect(isAborted).toBe(true);
});

test('a late result is counted and never delivered', async () => {
  const { runtime, clock, telemetry } = createTestRuntime();
  const timeout = createTimeout(runtime, 'search', { timeoutMs: 200 });
  const call = hang((fn) => timeout.execute(fn));
  await clock.advance(200);
  call.resolve('too late');
  await clock.advance(0);
  await expect(call.answer).rejects.toMatchObject({ code: 'HOLDFAST_TIMED_OUT' });
  expect(telemetry.counts('timeout/search')).toMatchObject({ timeout: 1, late: 1 });
});

test('a late failure is counted as one, and only once', async () => {
  const { runtime, clock, telemetry } = createTestRuntime();
  const timeout = createTimeout(runtime, 'search', { timeoutMs: 200 });
  const call = hang((fn) => timeout.execute(fn));
  await clock.advance(200);
  call.reject(new Error('too late'));
  await clock.advance(0);
  await expect(call.answer).rejects.toMatchObject({ code: 'HOLDFAST_TIMED_OUT' });
  expect(telemetry.counts('timeout/search')).toEqual({ timeout: 1, late: 1, class_partial_outage: 1 });
});

test.each<[string, (reason: unknown) => unknown]>([
  ['its reason', (reason) => reason],
  ['an AbortError', () => new DOMException('aborted', 'AbortError')],
  ['an AbortError that names its cause', (cause) => new Error('The operation was aborted', { cause })],
])('a function that heeds its signal with %s is not late', async (_title, endedBy) => {
  const { runtime, clock, telemetry } = createTestRuntime();
  const timeout = createTimeout(runtime, 'search', { timeoutMs: 200 });
  const answer = timeout.execute(
    ({ signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(endedBy(signal.reason)));
      }),
  );
  answer.catch(() => undefined);
  await clock.advance(200);
  expect(telemetry.counts('timeout/search')).toEqual({ timeout: 1, class_partial_outage: 1 });
});

test('a late result is not taken for that of a later call', async () => {
  const { runtime, clock } = createTestRuntime();
  const timeout = createTimeout(runtime, 'search', { timeoutMs: 200 });
  const first = hang((fn) => timeout.execute(fn));
  await clock.advance(200);
  const second = hang((fn) => timeout.execute(fn));
  first.resolve('of the first');
  await clock.advance(10);
  second.resolve('of the second');
  expect(await second.answer).toBe('of the second');
});

test('each call has its own time, and none that ended disturbs another', async () => {
  const { runtime, clock } = createTestRuntime();
  const timeout = createTimeout(runtime, 'search', { timeoutMs: 200 });
  const ended: string[] = [];
  const begin = (name: string): HangingCall<string> => {
    const call = hang((fn) => timeout.execute(fn));
    call.answer.then(
      () => ended.push(`${name} answered at ${clock.now()}`),
      () => ended.push(`${name} timed out at ${clock.now()}`),
    );
    return call;
  };
  begin('a');
  await clock.advance(50);
  const b = begin('b');
  await clock.advance(50);
  begin('c');
  b.resolve('fine');
  await clock.advance(1_000);
  expect(ended).toEqual(['b answered at 100', 'a timed out at 200', 'c timed out at 300']);
});

test('a hundred thousand calls time out without a timer each', async () => {
  const { runtime, clock } = createTestRuntime();
  let timers = 0;
  const counting = {
    ...runtime,
    clock: {
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      setTimeout: (run: () => void, delayMs: number) => {
        timers += 1;
        return clock.setTimeout(run, delayMs);
      },
    },
  };
  const timeout = createTimeout(counting, 'search', { timeoutMs: 1_000 });
  let timedOut = 0;
  for (let call = 0; call < 100_000; call++)
    timeout.execute(() => new Promise(() => {})).catch(() => void (timedOut += 1));
  await clock.advance(1_000);
  expect(timedOut).toBe(100_000);
  expect(timers).toBeLessThanOrEqual(101);
  await clock.advance(60_000);
  expect(timers).toBeLessThanOrEqual(101);
});

test.each([
  [{}, '`timeoutMs` must be a number, got nothing'],
  [{ timeoutMs: 0 }, 'between 1 and'],
])('%o is refused', (options, problem) => {
  const { runtime } = createTestRuntime();
  expect(() => createTimeout(runtime, 'search', options as { timeoutMs: number })).toThrow(problem);
});
