import { describe, expect, test } from 'vitest';
import { createBreaker, fail, hang, succeed } from '../../support/breaker.ts';

describe('what a breaker tells', () => {
  test('a transition carries what decided it', async () => {
    const { breaker, telemetry } = createBreaker({}, { startAt: 10_000 });
    await succeed(breaker, 2);
    await fail(breaker, 2, Object.assign(new Error('no answer from 10.0.0.7'), { code: 'ECONNREFUSED' }));
    expect(telemetry.events.at(-1)).toEqual({
      kind: 'circuit_breaker.opened',
      from: 'closed',
      to: 'open',
      cause: 'failure_rate',
      callCount: 4,
      failureRatio: 0.5,
      slowCallRatio: 0,
      untilAt: 11_000,
      error: {
        class: 'partial_outage',
        severity: 'medium',
        fingerprint: expect.stringMatching(/^1:\w+$/),
        message: 'no answer from 10.0.0.7',
        code: 'ECONNREFUSED',
        why: 'code ECONNREFUSED',
      },
    });
  });

  test('listeners hear each transition twice: in general and by name', async () => {
    const { breaker, clock } = createBreaker();
    const heard: string[] = [];
    breaker.on('transition', ({ to }) => void heard.push(`transition to ${to}`));
    breaker.on('opened', () => void heard.push('opened'));
    breaker.on('half_opened', () => void heard.push('half_opened'));
    breaker.on('closed', () => void heard.push('closed'));
    await fail(breaker, 4);
    await clock.advance(1_001);
    await succeed(breaker, 2);
    expect(heard).toEqual([
      'transition to open',
      'opened',
      'transition to half_open',
      'half_opened',
      'transition to closed',
      'closed',
    ]);
  });

  test('a listener can be taken off again', async () => {
    const { breaker } = createBreaker();
    let count = 0;
    const off = breaker.on('call', () => void count++);
    await succeed(breaker);
    off();
    await succeed(breaker);
    expect(count).toBe(1);
  });

  test('hears in order what a listener sets off itself', async () => {
    const { breaker, telemetry } = createBreaker();
    const heard: string[] = [];
    breaker.on('transition', ({ to }) => {
      heard.push(`1: ${to}`);
      if (to === 'open') breaker.close('no');
    });
    breaker.on('opened', () => void heard.push('opened'));
    breaker.on('closed', () => void heard.push('closed'));
    breaker.on('transition', ({ to }) => void heard.push(`2: ${to}`));
    breaker.on('call', () => void heard.push('call'));
    breaker.on('failure', () => void heard.push('failure'));
    await fail(breaker, 3);
    heard.length = 0;
    await fail(breaker);
    const open = ['1: open', '2: open', 'opened'];
    expect(heard).toEqual(['call', 'failure', ...open, '1: closed', '2: closed', 'closed']);
    expect(telemetry.kinds().slice(1)).toEqual(['circuit_breaker.opened', 'circuit_breaker.closed']);
  });

  test('a reset is told before what its listeners do', () => {
    const { breaker } = createBreaker();
    const heard: string[] = [];
    breaker.on('transition', ({ to }) => {
      heard.push(to);
      if (to === 'closed') breaker.forceOpen('no');
    });
    breaker.on('reset', ({ from }) => void heard.push(`reset from ${from}`));
    breaker.open();
    breaker.reset();
    expect(heard).toEqual(['open', 'closed', 'reset from open', 'forced_open']);
  });

  test('listeners that answer each other for ever are cut short and reported', () => {
    const { breaker, faults } = createBreaker();
    breaker.on('forced_open', () => breaker.close());
    breaker.on('closed', () => breaker.forceOpen());
    breaker.forceOpen();
    expect(faults.map(String)).toEqual([
      expect.stringMatching(/^Error: listeners of `\w+` set each other off$/),
    ]);
    breaker.close();
    expect(faults).toHaveLength(2);
  });

  test('a faulty listener disturbs neither the call nor the others', async () => {
    const { breaker, clock, faults } = createBreaker();
    const heard: string[] = [];
    breaker.on('success', () => {
      throw new Error('sync');
    });
    breaker.on('success', () => Promise.reject(new Error('async')));
    breaker.on('success', () => void heard.push('still here'));
    expect(await breaker.execute(() => 'fine')).toBe('fine');
    await clock.advance(0);
    expect(heard).toEqual(['still here']);
    expect(faults).toEqual([new Error('sync'), new Error('async')]);
  });

  test('an event that does not exist is refused with the nearest one', () => {
    const { breaker } = createBreaker();
    // @ts-expect-error a name from another library
    expect(() => breaker.on('open', () => {})).toThrow('there is no event `open`; did you mean opened?');
  });

  test('each error class is counted, and sampled once in ten seconds', async () => {
    const { breaker, clock, telemetry } = createBreaker({ initialState: 'metrics_only' });
    await fail(breaker, 3, new Error('order 17 failed'));
    await fail(breaker, 2, new Error('order 18 failed'));
    await clock.advance(10_000);
    await fail(breaker, 1, new Error('order 19 failed'));
    const samples = telemetry.events.filter(({ kind }) => kind === 'error.sampled');
    expect(samples).toMatchObject([
      { error: { message: 'order 17 failed' } },
      { error: { message: 'order 19 failed' } },
    ]);
    expect(telemetry.counts('circuit_breaker/payments')).toEqual({ failure: 6, class_unknown: 6 });
  });

  test('a call waits in the histogram under its duration', async () => {
    const { breaker, clock, telemetry } = createBreaker();
    const call = hang((fn) => breaker.execute(fn));
    await clock.advance(250);
    call.resolve('fine');
    await call.answer;
    expect(telemetry.timedCount('circuit_breaker/payments')).toBe(1);
  });

  test('the descriptor names dependency and options', () => {
    const { telemetry } = createBreaker({ dependency: 'payments-api', tripsOn: () => false });
    expect(telemetry.descriptors).toMatchObject([
      {
        kind: 'circuit_breaker',
        name: 'payments',
        dependency: 'payments-api',
        config: { failureRatio: 0.5, 'window.kind': 'count', 'window.size': 4, tripsOn: 'a function' },
      },
    ]);
  });
});

describe("an operator's hold", () => {
  const hold = { state: 'forced_open', by: 'ada', reason: 'bad deploy', untilAt: 60_000 } as const;

  test('it is told with who, why and until when', () => {
    const { breaker, telemetry } = createBreaker();
    breaker.holdRemotely(hold);
    expect(telemetry.events).toMatchObject([
      {
        kind: 'circuit_breaker.forced_open',
        cause: 'remote',
        attribution: { by: 'ada', reason: 'bad deploy' },
        untilAt: 60_000,
      },
    ]);
    expect(breaker.level()).toMatchObject({
      state: 'forced_open',
      cause: 'ada: bad deploy',
      untilAt: 60_000,
    });
  });

  test('the same hold again says nothing, a changed one does', () => {
    const { breaker, telemetry } = createBreaker();
    breaker.holdRemotely(hold);
    breaker.holdRemotely(hold);
    expect(telemetry.events).toHaveLength(1);
    breaker.holdRemotely({ ...hold, untilAt: 90_000 });
    expect(telemetry.events).toHaveLength(2);
  });

  test('a release closes with an empty window', async () => {
    const { breaker, telemetry } = createBreaker();
    await fail(breaker, 3);
    breaker.holdRemotely(hold);
    breaker.releaseRemotely({ by: 'ada', reason: 'rolled back' });
    expect(telemetry.events.at(-1)).toMatchObject({ from: 'forced_open', to: 'closed', cause: 'remote' });
    expect(breaker.metrics.callCount).toBe(0);
  });

  test('a release without a hold does nothing', () => {
    const { breaker } = createBreaker();
    breaker.forceOpen('by code');
    breaker.releaseRemotely({ by: 'ada', reason: 'rolled back' });
    expect(breaker.state).toBe('forced_open');
  });

  test('closing from outside happens once', async () => {
    const { breaker } = createBreaker();
    await fail(breaker, 4);
    breaker.closeRemotely({ by: 'ada', reason: 'it is back' });
    expect(breaker.level()).toMatchObject({ state: 'closed', cause: 'ada: it is back' });
  });
});
