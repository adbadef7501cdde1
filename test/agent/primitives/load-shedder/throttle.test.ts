import { createAgent, type LoadShedder } from '@holdfast/agent';
import { FakeClock, SeededRandom } from '@holdfast/agent/testing';
import { describe, expect, test } from 'vitest';
import { hang } from '../../support/breaker.ts';
import { all, createShedder, letIn } from '../../support/shedder.ts';

const shed = { code: 'HOLDFAST_LOAD_SHED' };

function refused(): Promise<never> {
  return Promise.reject(Object.assign(new Error('busy'), { status: 503 }));
}

async function send(shedder: LoadShedder, count: number, fn: () => unknown): Promise<number> {
  let sentCount = 0;
  for (let call = 0; call < count; call++)
    await shedder
      .execute(() => {
        sentCount += 1;
        return fn();
      })
      .catch(() => undefined);
  return sentCount;
}

describe('client throttling', () => {
  test('sheds nothing while half of all calls are accepted', async () => {
    const { shedder } = createShedder({ clientThrottle: {} }, { draws: [0] });
    for (let call = 0; call < 50; call++) {
      expect(await send(shedder, 1, () => 'fine')).toBe(1);
      expect(await send(shedder, 1, refused)).toBe(1);
    }
  });

  test('sheds with `(requests - K * accepts) / (requests + 1)`', async () => {
    // After 10 accepted and 20 refused calls: (30 - 2 * 10) / 31 = 0.3226; after one more, shed, 11 / 32.
    const draws = [...Array.from({ length: 9 }, () => 0.999), 0.3225, 0.3439];
    const { shedder, telemetry } = createShedder({ clientThrottle: {} }, { draws });
    await send(shedder, 10, () => 'fine');
    await send(shedder, 20, refused);
    await expect(shedder.execute(() => 'never')).rejects.toMatchObject({
      ...shed,
      message: 'load shedder "orders" sheds normal calls: too few of the last calls were accepted',
      source: { primitive: 'load_shedder', name: 'orders' },
      retryAfterMs: undefined,
    });
    expect(await shedder.execute(() => 'sent')).toBe('sent');
    expect(telemetry.counts('load_shedder/orders')).toMatchObject({
      success: 11,
      failure: 20,
      rejected: 1,
      class_rejected: 1,
    });
  });

  test('counts calls before they are answered', async () => {
    const { shedder } = createShedder({ clientThrottle: {} }, { draws: [0.9] });
    for (let call = 0; call < 10; call++) hang((fn) => shedder.execute(fn));
    await expect(shedder.execute(() => 'never')).rejects.toMatchObject(shed);
  });

  test('lets in about twice of what is accepted, and forgets', async () => {
    const { shedder, clock } = createShedder({ clientThrottle: {} });
    let room = 0;
    const takesThree = (): unknown => (room-- > 0 ? 'fine' : refused());
    let sentCount = 0;
    for (let second = 0; second < 300; second++) {
      room = 3;
      sentCount += await send(shedder, 20, takesThree);
      await clock.advance(1_000);
    }
    expect(sentCount / 300).toBeGreaterThan(5);
    expect(sentCount / 300).toBeLessThan(7.5);
    await clock.advance(120_000);
    expect(await send(shedder, 1, () => 'fine')).toBe(1);
    expect(await send(shedder, 20, () => 'fine')).toBe(20);
  });

  test('mistakes of the caller are answers, cancelled calls are nothing', async () => {
    const { shedder } = createShedder({ clientThrottle: {} }, { draws: [0] });
    const notFound = (): Promise<never> => Promise.reject(Object.assign(new Error('no'), { status: 404 }));
    expect(await send(shedder, 20, notFound)).toBe(20);
    for (let call = 0; call < 20; call++) {
      const controller = new AbortController();
      const hanging = shedder.execute(() => new Promise(() => {}), { signal: controller.signal });
      controller.abort(new Error('gave up'));
      await expect(hanging).rejects.toThrow('gave up');
    }
    expect(await shedder.execute(() => 'sent')).toBe('sent');
  });

  test('sheds the least important first, critical calls when nearly all must go', async () => {
    const { shedder } = createShedder({ clientThrottle: {} }, { draws: [0.5] });
    // Five of each: so long half of them must go, it is low and normal ones.
    for (let call = 0; call < 5; call++) {
      for (const priority of all) await shedder.execute(() => 'fine', { priority }).catch(() => undefined);
    }
    for (let call = 0; call < 15; call++) {
      for (const priority of all) await shedder.execute(refused, { priority }).catch(() => undefined);
    }
    expect(await letIn(shedder)).toEqual(['high', 'critical']);
    for (let call = 0; call < 2_000; call++) {
      for (const priority of all) await shedder.execute(refused, { priority }).catch(() => undefined);
    }
    expect(await letIn(shedder)).toEqual([]);
  });

  test('a seed decides alike each time', async () => {
    const run = async (): Promise<string> => {
      const clock = new FakeClock();
      const agent = createAgent({
        service: 'shop',
        collector: false,
        clock,
        random: new SeededRandom(7).next,
      });
      const shedder = agent.loadShedder('orders', { clientThrottle: { k: 1.1 } });
      let log = '';
      for (let call = 0; call < 200; call++)
        await shedder
          .execute(() => (call % 3 === 0 ? 'fine' : refused()))
          .then(
            () => (log += '+'),
            (error: { readonly code?: string }) => (log += error.code === undefined ? '-' : 's'),
          );
      return log;
    };
    const first = await run();
    expect(first).toContain('s');
    expect(await run()).toBe(first);
  });
});
