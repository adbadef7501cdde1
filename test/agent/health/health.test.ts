import { describe, expect, test } from 'vitest';
import { createTestAgent } from '../support/agent.ts';

const start = 1_700_000_000_000;

describe('a check', () => {
  test.each([
    ['nothing', undefined, 'up'],
    ['true', true, 'up'],
    ['false', false, 'down'],
    ['a status', 'degraded' as const, 'degraded'],
    ['a status with a message', { status: 'down', message: 'no disk' } as const, 'down'],
  ])('that answers %s', async (_what, answer, status) => {
    const { agent, clock } = await createTestAgent();
    const check = agent.healthCheck('database', () => answer);
    expect(check.status).toBe('unknown');
    await clock.advance(0);
    expect(check.status).toBe(status);
  });

  test('that throws is down with its message, redacted', async () => {
    const { agent, clock } = await createTestAgent();
    const check = agent.healthCheck('database', () => {
      throw new Error('no login for password=hunter2');
    });
    await clock.advance(0);
    expect(check.report).toMatchObject({ status: 'down', message: 'no login for password=[redacted]' });
  });

  test('that answers nonsense is down and says so', async () => {
    const { agent, clock } = await createTestAgent();
    const check = agent.healthCheck('database', () => 'fine' as never);
    await clock.advance(0);
    expect(check.report).toMatchObject({ status: 'down', message: 'the check answered "fine"' });
  });

  test('that takes too long is down, and its signal aborts', async () => {
    const { agent, clock } = await createTestAgent();
    let signal: AbortSignal | undefined;
    const check = agent.healthCheck(
      'database',
      (call) => {
        signal = call.signal;
        return new Promise(() => {});
      },
      { timeoutMs: 500 },
    );
    await clock.advance(499);
    expect(check.status).toBe('unknown');
    await clock.advance(1);
    expect(check.report).toMatchObject({ status: 'down', message: 'no answer within 500 ms' });
    expect(signal?.aborted).toBe(true);
  });

  test('runs on its interval', async () => {
    const { agent, clock } = await createTestAgent();
    let calls = 0;
    const check = agent.healthCheck('database', () => void calls++, { intervalMs: 1_000 });
    await clock.advance(3_500);
    expect(calls).toBe(4);
    check.stop();
    await clock.advance(10_000);
    expect(calls).toBe(4);
  });

  test('is unknown instead of down during its grace time', async () => {
    const { agent, clock } = await createTestAgent();
    const check = agent.healthCheck('database', () => false, { graceMs: 5_000, intervalMs: 1_000 });
    await clock.advance(4_900);
    expect(check.status).toBe('unknown');
    await clock.advance(1_000);
    expect(check.status).toBe('down');
  });

  test('has no grace once it was up', async () => {
    const { agent, clock } = await createTestAgent();
    let isUp = true;
    const check = agent.healthCheck('database', () => isUp, { graceMs: 60_000, intervalMs: 1_000 });
    await clock.advance(0);
    isUp = false;
    await clock.advance(1_000);
    expect(check.status).toBe('down');
  });

  test('tells the collector its level and each change', async () => {
    const { agent, clock, collector } = await createTestAgent();
    let isUp = true;
    agent.healthCheck('database', () => isUp, { intervalMs: 1_000, critical: false });
    await clock.advance(100);
    isUp = false;
    await clock.advance(2_000);
    const changes = collector.events.filter(({ kind }) => kind === 'health_check.changed');
    expect(changes).toMatchObject([
      { from: 'unknown', to: 'up' },
      { from: 'up', to: 'down', at: start + 1_000 },
    ]);
    const levels = collector.batches.flatMap(({ levels }) => levels?.health ?? []);
    expect(levels.at(-1)).toMatchObject({ status: 'down', kind: 'readiness', critical: false });
    expect(collector.totals('health_check', 'database')).toEqual({ success: 1, failure: 1 });
    expect(collector.problems).toEqual([]);
  });

  test.each<[string, Record<string, unknown>, RegExp]>([
    ['an unknown kind', { kind: 'readyness' }, /^`healthCheck db\.kind` must be one of liveness/],
    [
      'an unknown option',
      { timeout: 5 },
      /^`healthCheck db\.timeout` is not an option; did you mean `timeoutMs`/,
    ],
    ['no time at all', { timeoutMs: 0 }, /^`healthCheck db\.timeoutMs` must be between 1 and/],
  ])('with %s is refused', async (_what, options, message) => {
    const { agent } = await createTestAgent();
    expect(() => agent.healthCheck('db', () => true, options)).toThrow(message);
  });

  test('whose name is taken is refused', async () => {
    const { agent } = await createTestAgent();
    agent.healthCheck('db', () => true);
    expect(() => agent.healthCheck('db', () => true)).toThrow('health check `db` exists already');
  });
});

describe('the report', () => {
  test('is up where there is nothing to check', async () => {
    const { agent } = await createTestAgent({ version: '1.2.3' });
    expect(await agent.health()).toEqual({
      status: 'up',
      isDraining: false,
      service: 'shop',
      instance: 'shop-1',
      version: '1.2.3',
      checks: [],
      breakers: [],
    });
  });

  test.each([
    ['a critical check is down', { a: 'down', b: 'up' }, true, 'down'],
    ['another check is down', { a: 'down', b: 'up' }, false, 'degraded'],
    ['a check is degraded', { a: 'degraded', b: 'up' }, true, 'degraded'],
    ['a check knows nothing', { a: 'unknown', b: 'up' }, true, 'unknown'],
  ] as const)('when %s', async (_when, answers, critical, status) => {
    const { agent } = await createTestAgent();
    agent.healthCheck('a', () => answers.a, { critical });
    agent.healthCheck('b', () => answers.b);
    expect((await agent.health()).status).toBe(status);
  });

  test('runs checks that never ran, and all of them when asked to', async () => {
    const { agent } = await createTestAgent();
    let calls = 0;
    agent.healthCheck('db', () => void calls++);
    const [report] = await Promise.all([agent.health(), agent.health()]);
    expect(report.checks).toMatchObject([{ name: 'db', status: 'up', checkedAt: start }]);
    expect(calls).toBe(1);
    await agent.health();
    expect(calls).toBe(1);
    await agent.health({ fresh: true });
    expect(calls).toBe(2);
  });

  test('asks all checks at once, under one deadline', async () => {
    const { agent, clock } = await createTestAgent();
    const calls: string[] = [];
    const begin = (name: string) => () => {
      calls.push(name);
      return new Promise<boolean>(() => {});
    };
    for (const name of ['a', 'b', 'c']) agent.healthCheck(name, begin(name), { timeoutMs: 60_000 });
    agent.healthCheck('d', () => true);
    const report = agent.health({ fresh: true, timeoutMs: 500 });
    await clock.advance(499);
    expect(calls).toEqual(['a', 'b', 'c']);
    await clock.advance(1);
    expect((await report).checks.map(({ status }) => status)).toEqual([
      'unknown',
      'unknown',
      'unknown',
      'up',
    ]);
  });

  test('refuses bad options', async () => {
    const { agent } = await createTestAgent();
    await expect(agent.health({ timeoutMs: -1 })).rejects.toThrow('`timeoutMs` must be between 1');
    await expect(agent.health({ fresch: true } as never)).rejects.toThrow('did you mean `fresh`?');
  });

  test('is degraded while a breaker turns calls away', async () => {
    const { agent } = await createTestAgent();
    agent.circuitBreaker('payments').forceOpen('test');
    expect(await agent.health()).toMatchObject({
      status: 'degraded',
      breakers: [{ name: 'payments', state: 'forced_open' }],
    });
  });
});
