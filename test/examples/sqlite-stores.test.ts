import path from 'node:path';
import { type Agent, createAgent } from '@holdfast/agent';
import { FakeClock, SeededRandom } from '@holdfast/agent/testing';
import { describe, expect, test } from 'vitest';
import { Connection, SqliteKeys, SqliteSagas } from '../../examples/sqlite-stores/src/index.ts';
import { type Scope, scopeOfTest } from '../support/scope.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';

interface Process {
  readonly agent: Agent;
  readonly keys: SqliteKeys;
  readonly sagas: SqliteSagas;
}

/** Processes of one service: each with a connection of its own to the same file, and one clock. */
async function processes(scope: Scope, count: number): Promise<{ clock: FakeClock; all: Process[] }> {
  const folder = await temporaryFolder(scope);
  const clock = new FakeClock(1_700_000_000_000);
  const all: Process[] = [];
  for (let number = 1; number <= count; number++) {
    const connection = await Connection.open(path.join(folder, 'shop.db'));
    scope.onEnd(() => connection.close());
    all.push({
      agent: createAgent({ service: 'shop', collector: false, clock, random: new SeededRandom(number).next }),
      keys: await SqliteKeys.open(connection),
      sagas: await SqliteSagas.open(connection),
    });
  }
  return { clock, all };
}

/** Moves the clock on until something is over that waits for the clock and for the disk. */
async function untilSettled<T>(clock: FakeClock, call: Promise<T>): Promise<T> {
  let isSettled = false;
  const settled = (): boolean => (isSettled = true);
  call.then(settled, settled);
  await waitFor(
    async () => {
      await clock.advance(50);
      return isSettled;
    },
    { what: 'the call' },
  );
  return call;
}

describe('keys in SQLite', () => {
  test('a key is run by one of many processes', async () => {
    const { clock, all } = await processes(scopeOfTest(), 4);
    let runs = 0;
    const answers = all.map(({ agent, keys }) =>
      agent.idempotency('orders', { store: keys }).execute(
        async () => {
          runs += 1;
          return { receipt: `r-${runs}` };
        },
        { key: 'order-7', payload: { items: ['tea'] } },
      ),
    );
    const receipts = await untilSettled(clock, Promise.all(answers));
    expect({ runs, receipts }).toEqual({ runs: 1, receipts: all.map(() => ({ receipt: 'r-1' })) });
  });

  test('another payload is refused, and a failure gives the key back', async () => {
    const { clock, all } = await processes(scopeOfTest(), 2);
    const [here, there] = all.map(({ agent, keys }) =>
      agent.idempotency('orders', { store: keys, ttlMs: 5_000 }),
    );
    await expect(
      there?.execute(() => Promise.reject(new Error('down')), { key: 'k', payload: 1 }),
    ).rejects.toThrow('down');
    expect(await here?.execute(() => 'done', { key: 'k', payload: 2 })).toBe('done');
    await expect(there?.execute(() => 'never', { key: 'k', payload: 3 })).rejects.toMatchObject({
      code: 'HOLDFAST_IDEMPOTENCY_CONFLICT',
    });
    await clock.advance(5_000);
    expect(await all[0]?.keys.removeExpired(clock.now())).toBe(1);
    expect(await there?.execute(() => 'run again', { key: 'k', payload: 3 })).toBe('run again');
  });

  test('the key of a process that died is taken over', async () => {
    const { clock, all } = await processes(scopeOfTest(), 2);
    const claim = { key: 'orders/k', owner: 'dead', nowAt: clock.now(), untilAt: clock.now() + 3_000 };
    const fingerprint = 'by hand';
    expect(await all[0]?.keys.begin({ ...claim, fingerprint })).toBeUndefined();
    const orders = all[1]?.agent.idempotency('orders', {
      store: all[1].keys,
      fingerprint: () => fingerprint,
    });
    const order = orders?.execute(() => clock.now() - claim.nowAt, { key: 'k' });
    expect(
      await untilSettled(clock, order ?? Promise.reject(new Error('no process'))),
    ).toBeGreaterThanOrEqual(3_000);
    expect(await all[0]?.keys.renew({ ...claim, untilAt: clock.now() + 3_000 })).toBe(false);
    expect(await all[0]?.keys.complete({ ...claim, fingerprint, outcome: '{}' })).toBe(false);
  });
});

describe('sagas in SQLite', () => {
  const steps = (log: string[], failing: string[]) =>
    ['reserve', 'charge', 'ship'].map((name) => ({
      name,
      run: () => {
        log.push(name);
        if (failing.includes(name)) throw new Error(`${name} is down`);
        return `${name}d`;
      },
      compensate: (_call: object, result: unknown) => {
        log.push(`undo ${String(result)}`);
        if (failing.includes(`undo ${name}`)) throw new Error(`undo ${name} is down`);
      },
    }));

  test('what a process could not undo another undoes', async () => {
    const { all } = await processes(scopeOfTest(), 2);
    const logs: string[][] = [[], []];
    const [there, here] = all.map(({ agent, sagas }, index) =>
      agent.saga('orders', {
        store: sagas,
        steps: steps(logs[index] ?? [], index === 0 ? ['ship', 'undo charge'] : []),
        compensationRetry: { maxRetries: 0 },
      }),
    );
    await expect(there?.run('o-7', { id: 'o-7' })).rejects.toMatchObject({
      undone: ['reserve'],
      notUndone: ['charge'],
    });
    expect(await here?.resumeAll()).toEqual({ done: [], failed: ['o-7'] });
    expect(logs[1]).toEqual(['undo charged']);
    expect(await here?.resumeAll()).toEqual({ done: [], failed: [] });
    expect(await here?.run('o-7', { id: 'o-7' })).toMatchObject({ ship: 'shipd' });
  });

  test('what a process left another goes on with', async () => {
    const { clock, all } = await processes(scopeOfTest(), 2);
    const [dead, alive] = all;
    const logs: string[][] = [[], []];
    const record = JSON.stringify({
      run: 'r',
      state: 'running',
      steps: [{ name: 'reserve', state: 'done', result: 'reserved' }],
    });
    const claim = { saga: 'orders', id: 'o-7', owner: 'dead', untilAt: clock.now() + 3_000 };
    await dead?.sagas.begin({ ...claim, nowAt: clock.now(), record });
    const orders = alive?.agent.saga('orders', { store: alive.sagas, steps: steps(logs[1] ?? [], []) });
    await expect(orders?.resume('o-7')).rejects.toMatchObject({ code: 'HOLDFAST_IDEMPOTENCY_CONFLICT' });
    await clock.advance(3_000);
    expect(await orders?.resumeAll()).toEqual({ done: ['o-7'], failed: [] });
    expect(logs[1]).toEqual(['charge', 'ship']);
    expect(await dead?.sagas.save({ ...claim, state: 'open', record })).toBe(false);
    await expect(orders?.resume('o-8')).rejects.toThrow('saga "orders" knows no "o-8"');
  });
});
