import { FakeClock } from '@holdfast/agent/testing';
import { describe, expect, test } from 'vitest';
import type { Answer } from '../../../examples/shop/src/service/answer.ts';
import { faultClasses } from '../../../examples/shop/src/service/error-answers.ts';
import { FailureModes, type Mode } from '../../../examples/shop/src/service/failure-modes.ts';

interface Bench {
  readonly clock: FakeClock;
  readonly modes: FailureModes;
  readonly changes: Mode['mode'][];
  /** Sends a request through the gate; `undefined` in `answers` for a connection that was dropped. */
  request(): void;
  readonly answers: (Answer | undefined)[];
  readonly served: () => number;
}

function bench(): Bench {
  const clock = new FakeClock(1_000);
  const changes: Mode['mode'][] = [];
  const answers: (Answer | undefined)[] = [];
  let served = 0;
  const modes = new FailureModes({ clock, random: () => 0.5, onChange: ({ mode }) => changes.push(mode) });
  const serve = async (): Promise<Answer> => {
    served += 1;
    return { status: 200, body: 'fine' };
  };
  return {
    clock,
    modes,
    changes,
    answers,
    request: () => void modes.gate(serve).then((answer) => answers.push(answer)),
    served: () => served,
  };
}

function statuses({ answers }: Bench): (number | undefined)[] {
  return answers.map((answer) => answer?.status);
}

describe('failure modes', () => {
  test('a mode ends by itself', async () => {
    const { clock, modes, changes } = bench();
    expect(modes.set({ mode: 'refusing' }, 5_000)).toEqual({ mode: 'refusing', untilAt: 6_000 });
    await clock.advance(4_999);
    expect(modes.status().mode).toBe('refusing');
    await clock.advance(1);
    expect(modes.status()).toEqual({ mode: 'healthy' });
    expect(changes).toEqual(['refusing', 'healthy']);
  });

  test('a new mode replaces the old and its end', async () => {
    const { clock, modes } = bench();
    modes.set({ mode: 'refusing' }, 1_000);
    modes.set({ mode: 'slow', delayMs: 100 }, 9_000);
    await clock.advance(8_999);
    expect(modes.status().mode).toBe('slow');
  });

  test('a slow service does the work late', async () => {
    const it = bench();
    it.modes.set({ mode: 'slow', delayMs: 500 });
    it.request();
    await it.clock.advance(499);
    expect(it.served()).toBe(0);
    await it.clock.advance(1);
    expect(statuses(it)).toEqual([200]);
  });

  test.each(faultClasses.map((name) => [name] as const))(
    'an erroring service (%s) does nothing',
    async (name) => {
      const it = bench();
      it.modes.set({ mode: 'erroring', errorClass: name });
      it.request();
      it.request();
      await it.clock.advance(0);
      const expected = {
        transient: [503, 503],
        partial_outage: [502, 500],
        critical: [501, 501],
        throttled: [429, 429],
        caller: [400, 400],
      };
      expect(statuses(it)).toEqual(expected[name]);
      expect(it.served()).toBe(0);
    },
  );

  test('a throttling service says when to come back', async () => {
    const it = bench();
    it.modes.set({ mode: 'erroring', errorClass: 'throttled' });
    it.request();
    await it.clock.advance(0);
    expect(it.answers[0]?.headers).toEqual({ 'retry-after': '1' });
  });

  test('a hanging service drops its callers when it is well again', async () => {
    const it = bench();
    it.modes.set({ mode: 'hanging' }, 60_000);
    it.request();
    await it.clock.advance(59_999);
    expect(it.answers).toEqual([]);
    await it.clock.advance(1);
    expect(it.answers).toEqual([undefined]);
    expect(it.served()).toBe(0);
  });

  test('a hanging service with no sockets left drops the next', async () => {
    const it = bench();
    it.modes.set({ mode: 'hanging' });
    for (let count = 0; count < 501; count++) it.request();
    await it.clock.advance(1);
    expect(it.answers).toEqual([undefined]);
  });

  test('an overloaded service serves two, slows two and turns away the rest', async () => {
    const it = bench();
    it.modes.set({ mode: 'overloaded' });
    for (let count = 0; count < 6; count++) it.request();
    await it.clock.advance(0);
    expect(statuses(it)).toEqual([503, 503]);
    await it.clock.advance(100);
    expect(statuses(it)).toEqual([503, 503, 429, 429]);
    await it.clock.advance(200);
    expect(statuses(it)).toEqual([503, 503, 429, 429, 200, 200]);
  });

  test('an overloaded service that has worked it off serves again', async () => {
    const it = bench();
    it.modes.set({ mode: 'overloaded' });
    for (let count = 0; count < 6; count++) it.request();
    await it.clock.advance(300);
    it.request();
    await it.clock.advance(300);
    expect(statuses(it).at(-1)).toBe(200);
  });
});
