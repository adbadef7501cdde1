import { type Clock, countColumns } from '@holdfast/shared';
import { describe, expect, test } from 'vitest';
import { ResilienceError } from '../../../../agent/src/errors.ts';
import { Slots } from '../../../../agent/src/primitives/bulkhead/slots.ts';
import { Engine } from '../../../../agent/src/primitives/engine/engine.ts';
import type { Entrance, Inner, Layers, Turn } from '../../../../agent/src/primitives/engine/layers.ts';
import { StandIn } from '../../../../agent/src/primitives/fallback/stand-in.ts';
import { meterOf, type Site, siteOf } from '../../../../agent/src/primitives/site.ts';
import { hang } from '../../support/breaker.ts';
import { createTestRuntime, type TestRuntime } from '../../support/runtime.ts';

interface EngineUnderTest extends TestRuntime {
  readonly engine: Engine;
  /** What the entrances and inner layers were asked, in order. */
  readonly log: string[];
}

type Parts = (site: Site, log: string[]) => Partial<Layers>;

function createEngine(parts: Parts): EngineUnderTest {
  const test = createTestRuntime();
  const log: string[] = [];
  const site = { ...siteOf(test.runtime, 'orders', undefined), pipeline: 'orders' };
  const meter = meterOf(site, { kind: 'pipeline', config: {} });
  return { ...test, log, engine: new Engine(site, { kind: 'pipeline', meter }, parts(site, log)) };
}

/** Answers what it is told, and logs what it is asked. */
function entrance(name: string, log: string[], answer: () => ReturnType<Entrance['admit']>): Entrance {
  return {
    admit: (nowMs, options) => {
      log.push(`${name} admits ${options?.key ?? 'anyone'} at ${nowMs}`);
      return answer();
    },
    began: (waitMs, nowMs) => void log.push(`${name} sees a call begin at ${nowMs} after ${waitMs}`),
    leave: (outcome, nowMs, { startedMs }) =>
      void log.push(`${name} left ${countColumns[outcome]} ${startedMs}-${nowMs}`),
  };
}

/** A place in a line that moves after 40 ms. */
function placeIn(log: string[], clock: Clock): Turn {
  const timer = clock.setTimeout(() => turn.letIn(clock.monotonic()), 40);
  const cancel = (): void => {
    timer.cancel();
    log.push('the place is given up');
  };
  const turn: Turn = { letIn: () => {}, cancel };
  return turn;
}

const limited = new ResilienceError({
  code: 'HOLDFAST_RATE_LIMITED',
  message: 'too many',
  source: { service: 'checkout', primitive: 'rate_limiter', name: 'orders' },
});
const open = (): undefined => undefined;

describe('entrances', () => {
  test('the shedder is asked before the limiter, the limiter before the bulkhead', async () => {
    const { engine, log, clock, telemetry } = createEngine((site, log) => ({
      loadShedder: entrance('shedder', log, open),
      rateLimiter: entrance('limiter', log, open),
      bulkhead: new Slots(site, { maxConcurrentCalls: 1, maxQueueLength: 0, maxQueueWaitMs: 0 }),
    }));
    const call = hang((fn) => engine.execute(fn, { key: 'ada' }));
    await clock.advance(30);
    await expect(engine.execute(() => 'no room')).rejects.toMatchObject({ code: 'HOLDFAST_BULKHEAD_FULL' });
    call.resolve('done');
    await call.answer;
    expect(log).toEqual([
      'shedder admits ada at 0',
      'limiter admits ada at 0',
      'shedder sees a call begin at 0 after 0',
      'shedder admits anyone at 30',
      'limiter admits anyone at 30',
      'shedder left ignored 30-30',
      'limiter left ignored 30-30',
      'shedder left success 0-30',
      'limiter left success 0-30',
    ]);
    expect(telemetry.counts('pipeline/orders')).toEqual({ success: 1, rejected: 1 });
  });

  test('who is turned away leaves only what let him in', async () => {
    const { engine, log, telemetry } = createEngine((_site, log) => ({
      loadShedder: entrance('shedder', log, open),
      rateLimiter: entrance('limiter', log, () => limited),
    }));
    await expect(engine.execute(() => 'never')).rejects.toBe(limited);
    expect(log).toEqual([
      'shedder admits anyone at 0',
      'limiter admits anyone at 0',
      'shedder left ignored 0-0',
    ]);
    expect(telemetry.counts('pipeline/orders')).toEqual({ rejected: 1 });
  });

  test('the fallback answers who was turned away', async () => {
    const { engine, telemetry } = createEngine((site, log) => ({
      rateLimiter: entrance('limiter', log, () => limited),
      standIn: new StandIn(site, meterOf(site, { kind: 'pipeline', config: {} }), {
        fallback: [(error, options) => [error, options?.context]],
      }),
    }));
    expect(await engine.execute(() => 'never', { context: 'basket' })).toEqual([limited, 'basket']);
    expect(telemetry.counts('pipeline/orders')).toEqual({ success: 1, fallback_used: 1 });
  });

  test('a call that waited for its turn is not asked again', async () => {
    const { engine, log, clock } = createEngine(({ runtime: { clock } }, log) => ({
      loadShedder: entrance('shedder', log, open),
      rateLimiter: entrance('limiter', log, () => placeIn(log, clock)),
    }));
    const answer = engine.execute(() => clock.now());
    await clock.advance(100);
    expect(await answer).toBe(40);
    expect(log.slice(2)).toEqual(['shedder left success 0-40', 'limiter left success 0-40']);
  });

  test('an aborted signal ends the wait at once', async () => {
    const { engine, log, clock, telemetry } = createEngine(({ runtime: { clock } }, log) => ({
      loadShedder: entrance('shedder', log, open),
      rateLimiter: entrance('limiter', log, () => placeIn(log, clock)),
    }));
    const controller = new AbortController();
    let calls = 0;
    const answer = engine.execute(() => (calls += 1), { signal: controller.signal });
    await clock.advance(10);
    controller.abort('gave up');
    await expect(answer).rejects.toBe('gave up');
    await clock.advance(100);
    expect(calls).toBe(0);
    expect(log.slice(2)).toEqual(['the place is given up', 'shedder left cancelled 0-10']);
    expect(telemetry.counts('pipeline/orders')).toEqual({ cancelled: 1, class_cancelled: 1 });
  });
});

describe('inner layers', () => {
  const logging = (name: string, log: string[]): Inner => ({
    run: (fn, call) => {
      log.push(`${name} in attempt ${call.attempt}`);
      return fn(call);
    },
  });

  test('a hedge stands around injected faults, and both around the function', async () => {
    const { engine, log } = createEngine((_site, log) => ({
      hedge: logging('hedge', log),
      faults: logging('faults', log),
    }));
    expect(await engine.execute(({ attempt }) => log.push(`function in attempt ${attempt}`))).toBe(3);
    expect(log).toEqual(['hedge in attempt 1', 'faults in attempt 1', 'function in attempt 1']);
  });

  test('what an inner layer throws is the error of the attempt', async () => {
    const { engine, telemetry } = createEngine(() => ({
      faults: {
        run: () => {
          throw limited;
        },
      },
    }));
    await expect(engine.execute(() => 'never')).rejects.toBe(limited);
    expect(telemetry.counts('pipeline/orders')).toEqual({ rejected: 1 });
  });
});
