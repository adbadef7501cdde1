import { describe, expect, test } from 'vitest';
import { createHedge, type Hedge } from '../../../../agent/src/primitives/hedge/hedge.ts';
import type { HedgeOptions } from '../../../../agent/src/primitives/hedge/options.ts';
import type { CallContext } from '../../../../agent/src/primitives/call.ts';
import { createTestRuntime, type TestRuntime } from '../../support/runtime.ts';

const boom = new Error('down');
const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });

interface Sent extends CallContext {
  readonly resolve: (value: string) => void;
  readonly reject: (error: unknown) => void;
}

interface HedgeUnderTest extends TestRuntime {
  readonly hedge: Hedge;
  /** A call whose attempts hang until they are answered by hand. */
  readonly call: (options?: { signal?: AbortSignal }) => HedgedCall;
}

interface HedgedCall {
  readonly answer: Promise<string>;
  readonly sent: readonly Sent[];
}

function createHedgeUnderTest(options: HedgeOptions = { delayMs: 100 }): HedgeUnderTest {
  const test = createTestRuntime();
  const hedge = createHedge(test.runtime, 'search', options);
  const call = (callOptions?: { signal?: AbortSignal }): HedgedCall => {
    const sent: Sent[] = [];
    const fn = ({ signal, attempt }: CallContext): Promise<string> =>
      new Promise((resolve, reject) => void sent.push({ signal, attempt, resolve, reject }));
    const answer = hedge.execute(fn, callOptions);
    answer.catch(() => undefined);
    return { answer, sent };
  };
  return { ...test, hedge, call };
}

describe('after the delay', () => {
  test('a further attempt is sent, and the first answer wins', async () => {
    const { call, clock, telemetry } = createHedgeUnderTest();
    const { answer, sent } = call();
    await clock.advance(99);
    expect(sent).toHaveLength(1);
    await clock.advance(1);
    expect(sent.map(({ attempt }) => attempt)).toEqual([1, 2]);
    sent[1]?.resolve('of the second');
    expect(await answer).toBe('of the second');
    expect(telemetry.counts('hedge/search')).toEqual({ success: 1, hedges: 1, hedge_wins: 1 });
  });

  test('the loser is aborted by its own signal, the winner is not', async () => {
    const { call, clock } = createHedgeUnderTest();
    const { answer, sent } = call();
    await clock.advance(100);
    sent[0]?.resolve('of the first');
    await answer;
    expect(sent.map(({ signal }) => signal.aborted)).toEqual([false, true]);
    expect(sent[1]?.signal.reason).toMatchObject({ name: 'AbortError' });
  });

  test('what answers in time is called once', async () => {
    const { hedge, clock, telemetry } = createHedgeUnderTest();
    let count = 0;
    expect(await hedge.execute(() => (count += 1))).toBe(1);
    await clock.advance(1_000);
    expect(count).toBe(1);
    expect(telemetry.counts('hedge/search')).toEqual({ success: 1 });
  });

  test('no more than so many are sent, each after another delay', async () => {
    const { call, clock } = createHedgeUnderTest({ delayMs: 100, maxHedges: 2 });
    const { sent } = call();
    await clock.advance(150);
    expect(sent).toHaveLength(2);
    await clock.advance(50);
    expect(sent).toHaveLength(3);
    await clock.advance(10_000);
    expect(sent).toHaveLength(3);
  });

  test('a signal that a loser reads late is aborted already', async () => {
    const { hedge, clock } = createHedgeUnderTest();
    const calls: CallContext[] = [];
    const answer = hedge.execute((call) => {
      calls.push(call);
      return call.attempt === 1 ? new Promise(() => {}) : 'second';
    });
    await clock.advance(100);
    expect(await answer).toBe('second');
    expect(calls[0]?.signal.aborted).toBe(true);
  });
});

describe('errors', () => {
  test('one that fails leaves the call to those under way', async () => {
    const { call, clock, telemetry } = createHedgeUnderTest();
    const { answer, sent } = call();
    await clock.advance(100);
    sent[0]?.reject(boom);
    await clock.advance(0);
    sent[1]?.resolve('of the second');
    expect(await answer).toBe('of the second');
    expect(telemetry.counts('hedge/search')).toEqual({
      success: 1,
      hedges: 1,
      hedge_wins: 1,
      class_unknown: 1,
    });
  });

  test('where all have failed, the call fails with the last error', async () => {
    const { call, clock, telemetry } = createHedgeUnderTest();
    const { answer, sent } = call();
    await clock.advance(100);
    sent[1]?.reject(new Error('first to fail'));
    sent[0]?.reject(boom);
    await expect(answer).rejects.toBe(boom);
    expect(telemetry.counts('hedge/search')).toEqual({ failure: 1, hedges: 1, class_unknown: 2 });
  });

  test('an early failure that a retry mends sends the next at once', async () => {
    const { call, clock, telemetry } = createHedgeUnderTest();
    const { answer, sent } = call();
    sent[0]?.reject(refused);
    await clock.advance(0);
    expect(sent).toHaveLength(2);
    sent[1]?.resolve('of the second');
    expect(await answer).toBe('of the second');
    expect(telemetry.counts('hedge/search')).toMatchObject({ hedges: 1, class_partial_outage: 1 });
  });

  test.each([
    ['nobody knows', boom],
    ['asks to slow down', { status: 429 }],
  ])('an early failure that %s sends nothing', async (_what, error) => {
    const { call, clock, telemetry } = createHedgeUnderTest();
    const { answer, sent } = call();
    sent[0]?.reject(error);
    await expect(answer).rejects.toBe(error);
    await clock.advance(1_000);
    expect(sent).toHaveLength(1);
    expect(telemetry.counts('hedge/search')).toMatchObject({ failure: 1 });
  });

  test("the caller's own mistake ends all attempts at once", async () => {
    const { call, clock } = createHedgeUnderTest();
    const { answer, sent } = call();
    await clock.advance(100);
    const mistake = { status: 422 };
    sent[1]?.reject(mistake);
    await expect(answer).rejects.toBe(mistake);
    expect(sent[0]?.signal.aborted).toBe(true);
  });

  test('a function that throws is an attempt that failed', async () => {
    const { hedge, telemetry } = createHedgeUnderTest();
    const answer = hedge.execute(({ attempt }) => {
      if (attempt === 1) throw refused;
      return attempt;
    });
    expect(await answer).toBe(2);
    expect(telemetry.counts('hedge/search')).toMatchObject({ success: 1, hedge_wins: 1 });
  });
});

describe('a caller who gives up', () => {
  test('all attempts are aborted, and none is sent any more', async () => {
    const { call, clock, telemetry } = createHedgeUnderTest({ delayMs: 100, maxHedges: 2 });
    const controller = new AbortController();
    const { answer, sent } = call({ signal: controller.signal });
    await clock.advance(100);
    controller.abort(boom);
    await expect(answer).rejects.toBe(boom);
    expect(sent.map(({ signal }) => signal.reason)).toEqual([boom, boom]);
    for (const { reject } of sent) reject(boom);
    await clock.advance(1_000);
    expect(sent).toHaveLength(2);
    expect(telemetry.counts('hedge/search')).toEqual({ cancelled: 1, class_cancelled: 1, hedges: 1 });
  });
});

describe('the budget', () => {
  test('ten are saved, then one in ten calls is hedged', async () => {
    const { call, clock, telemetry } = createHedgeUnderTest();
    for (let at = 0; at < 10; at++) call();
    await clock.advance(100);
    expect(telemetry.counts('hedge/search')).toEqual({ hedges: 10 });
    for (let at = 0; at < 30; at++) call();
    await clock.advance(100);
    expect(telemetry.counts('hedge/search')).toEqual({ hedges: 13, retries_denied: 27 });
  });

  test('it can be so large that each call is hedged', async () => {
    const { call, clock, telemetry } = createHedgeUnderTest({ delayMs: 100, budgetRatio: 1 });
    for (let at = 0; at < 50; at++) {
      call();
      await clock.advance(100);
    }
    expect(telemetry.counts('hedge/search')).toEqual({ hedges: 50 });
  });
});

describe('a measured delay', () => {
  async function warm(test: HedgeUnderTest, calls: number, durationMs: number): Promise<void> {
    for (let at = 0; at < calls; at++) {
      const { sent } = test.call();
      await test.clock.advance(durationMs);
      sent[0]?.resolve('in time');
      await test.clock.advance(0);
    }
  }

  test('before enough is known, nothing is hedged', async () => {
    const test = createHedgeUnderTest({ percentile: { minimumCalls: 5 } });
    await warm(test, 4, 50);
    const { sent } = test.call();
    await test.clock.advance(60_000);
    expect(sent).toHaveLength(1);
  });

  test('it is as long as that share of the calls takes', async () => {
    const test = createHedgeUnderTest({ percentile: { ratio: 0.5, minimumCalls: 5 } });
    await warm(test, 3, 50);
    await warm(test, 2, 1_000);
    const { sent } = test.call();
    await test.clock.advance(48);
    expect(sent).toHaveLength(1);
    await test.clock.advance(4);
    expect(sent).toHaveLength(2);
  });

  test('until it is known, a fixed one can hold', async () => {
    const test = createHedgeUnderTest({ delayMs: 300, percentile: { minimumCalls: 2 } });
    const early = test.call();
    await test.clock.advance(300);
    expect(early.sent).toHaveLength(2);
    await warm(test, 2, 50);
    const late = test.call();
    await test.clock.advance(55);
    expect(late.sent).toHaveLength(2);
  });

  test('it follows calls that have become slower', async () => {
    const test = createHedgeUnderTest({ percentile: { minimumCalls: 10 }, budgetRatio: 0.01 });
    await warm(test, 100, 10);
    await warm(test, 3_000, 200);
    const { sent } = test.call();
    await test.clock.advance(150);
    expect(sent).toHaveLength(1);
  });
});

test.each([
  [{ delayMs: -1 }, '`delayMs` must be between 0 and'],
  [{ maxHedges: 11 }, '`maxHedges` must be between 1 and 10, got 11'],
  [{ budgetRatio: 10 }, '`budgetRatio` must be between 0 and 1, got 10 (a percentage?)'],
  [{ percentile: { ratio: 95 } }, '`percentile.ratio` must be between 0 and 1, got 95 (a percentage?)'],
  [{ percentile: 0.95 }, '`percentile` must be an object, got 0.95'],
  [{ maxHedge: 1 }, '`maxHedge` is not an option; did you mean `maxHedges`?'],
])('%o is refused', (options, problem) => {
  const { runtime } = createTestRuntime();
  expect(() => createHedge(runtime, 'search', options as HedgeOptions)).toThrow(problem);
});
