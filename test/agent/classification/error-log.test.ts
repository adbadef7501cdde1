import { createAgent, type Agent, type Executor } from '@holdfast/agent';
import { FakeClock } from '@holdfast/agent/testing';
import { describe, expect, test } from 'vitest';
import { createCache } from '../../../agent/src/primitives/cache/cache.ts';
import { createCircuitBreaker } from '../../../agent/src/primitives/circuit-breaker/circuit-breaker.ts';
import { createIdempotency } from '../../../agent/src/primitives/idempotency/idempotency.ts';
import { createRetry } from '../../../agent/src/primitives/retry/retry.ts';
import { createSaga } from '../../../agent/src/primitives/saga/saga.ts';
import { createTestAgent } from '../support/agent.ts';
import { createTestRuntime } from '../support/runtime.ts';

/** Errors that cannot be read, in the ways in which that happens. */
const unreadable: [string, () => unknown][] = [
  ['a message that throws', () => throwing(new Error('m'), 'message')],
  ['a name that throws', () => throwing(new Error('m'), 'name')],
  ['a code that throws', () => throwing(Object.assign(new Error('m'), { isHoldfastError: true }), 'code')],
  ['a cause that throws', () => throwing(new Error('m'), 'cause')],
  ['a revoked proxy', revoked],
];

const primitives: [string, (agent: Agent) => Executor][] = [
  ['circuit breaker', (agent) => agent.circuitBreaker('db')],
  ['retry', (agent) => agent.retry('db')],
  ['timeout', (agent) => agent.timeout('db', { timeoutMs: 50 })],
  ['bulkhead', (agent) => agent.bulkhead('db', { maxConcurrentCalls: 1 })],
  ['fallback', (agent) => agent.fallback('db', { fallback: () => 'instead', fallbackOn: () => false })],
  ['hedge', (agent) => agent.hedge('db', { delayMs: 10 })],
  ['pipeline', (agent) => agent.pipeline('db', { bulkhead: { maxConcurrentCalls: 1 }, retry: {} })],
];

function throwing(error: object, name: string): object {
  return Object.defineProperty(error, name, {
    get: () => {
      throw new Error('no reading');
    },
  });
}

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

/** Whether a call ended with that very object, which cannot be compared in any other way. */
function endsWith(call: Promise<unknown>, error: unknown): Promise<boolean> {
  return call.then(
    () => false,
    (came) => Object.is(came, error),
  );
}

describe.each(primitives)('an error that cannot be read passes through a %s', (_name, primitiveOf) => {
  test.each(unreadable)('as it is, and gives its place back: %s', async (_what, make) => {
    const clock = new FakeClock();
    const primitive = primitiveOf(createAgent({ service: 'shop', collector: false, clock }));
    const error = make();
    const thrown = primitive.execute(() => {
      throw error;
    });
    await expect(endsWith(thrown, error)).resolves.toBe(true);
    const rejected = primitive.execute(() => Promise.reject(error));
    await expect(endsWith(rejected, error)).resolves.toBe(true);
    await expect(primitive.execute(() => 'next')).resolves.toBe('next');
  });
});

describe('the same error object again', () => {
  test('counts at each resource whose call began after that', async () => {
    const { runtime, clock, telemetry } = createTestRuntime();
    const kept = Promise.reject(Object.assign(new Error('down'), { status: 503 }));
    for (const name of ['orders', 'payments', 'orders']) {
      const breaker = createCircuitBreaker(runtime, name);
      await expect(breaker.execute(() => kept)).rejects.toThrow('down');
      await clock.advance(1);
    }
    expect(telemetry.counts('circuit_breaker/orders')).toEqual({ failure: 2, class_partial_outage: 2 });
    expect(telemetry.counts('circuit_breaker/payments')).toEqual({ failure: 1, class_partial_outage: 1 });
    expect(telemetry.kinds()).toEqual(['error.sampled', 'error.sampled']);
  });

  test('counts at a later call of a cache, saga or idempotency too', async () => {
    const { runtime, clock, telemetry } = createTestRuntime();
    const kept = Promise.reject(Object.assign(new Error('down'), { status: 503 }));
    const primitives = {
      breaker: createCircuitBreaker(runtime, 'first'),
      cache: createCache(runtime, 'kept', { ttlMs: 1 }),
      saga: createSaga(runtime, 'kept'),
      idempotency: createIdempotency(runtime, 'kept'),
    };
    for (const primitive of Object.values(primitives)) {
      await expect(primitive.execute(() => kept, { key: 'k' })).rejects.toThrow();
      await clock.advance(1);
    }
    for (const kind of ['cache', 'saga', 'idempotency'])
      expect(telemetry.counts(`${kind}/kept`)).toMatchObject({ class_partial_outage: 1 });
  });

  test('counts once where it passes several on its way out', async () => {
    const { runtime, clock, telemetry } = createTestRuntime();
    const breaker = createCircuitBreaker(runtime, 'orders');
    const retry = createRetry(runtime, 'orders', { maxRetries: 1 });
    const error = Object.assign(new Error('down'), { status: 503 });
    const call = retry.execute(() => breaker.execute(() => Promise.reject(error)));
    call.catch(() => undefined);
    await clock.advance(1_000);
    await expect(call).rejects.toBe(error);
    expect(telemetry.counts('circuit_breaker/orders').class_partial_outage).toBe(1);
    expect(telemetry.counts('retry/orders').class_partial_outage).toBeUndefined();
  });
});

describe('errors are told with their number', () => {
  const down = (): Error => Object.assign(new Error('down'), { status: 503 });
  const odd = (): Error => new TypeError('x is not a function');

  test('each once, by class and fingerprint, up to the last', async () => {
    const { agent, clock, collector } = await createTestAgent();
    const breaker = agent.circuitBreaker('db');
    breaker.metricsOnly('only to count');
    for (let call = 0; call < 250; call++) {
      const error = call % 5 === 0 ? odd() : down();
      await expect(breaker.execute(() => Promise.reject(error))).rejects.toBe(error);
      await clock.advance(100);
      if (call === 100) collector.drop();
      if (call === 200) collector.stall();
    }
    collector.accept();
    await clock.advance(60_000);
    const told = new Map<string, number>();
    for (const { class: errorClass, fingerprint, count } of collector.batches.flatMap(
      (one) => one.errors ?? [],
    ))
      told.set(`${errorClass} ${fingerprint}`, (told.get(`${errorClass} ${fingerprint}`) ?? 0) + count);
    const fingerprints = new Map(
      [down(), odd()].map((error) => [agent.classify(error).class, agent.classify(error).fingerprint]),
    );
    expect([...told.values()].sort((a, b) => b - a)).toEqual([200, 50]);
    expect(
      new Set(
        collector.events.flatMap((event) => (event.kind === 'error.sampled' ? [event.error.class] : [])),
      ),
    ).toEqual(new Set(fingerprints.keys()));
    expect(collector.totals('circuit_breaker', 'db')).toMatchObject({ failure: 250 });
    expect(collector.problems).toEqual([]);
  });

  test('a thousand kinds at once, the rest in their class alone', async () => {
    const { agent, clock, collector } = await createTestAgent();
    const breaker = agent.circuitBreaker('db');
    breaker.metricsOnly('only to count');
    const letters = 'abcdefghijklmnop';
    for (let kind = 0; kind < 1_500; kind++) {
      const name = String(kind).replaceAll(/\d/g, (digit) => letters[Number(digit)] ?? '');
      await expect(breaker.execute(() => Promise.reject(new Error(name)))).rejects.toThrow(name);
    }
    await clock.advance(30_000);
    const told = collector.batches.flatMap((one) => one.errors ?? []);
    expect(told).toHaveLength(1_000);
    expect(collector.totals('circuit_breaker', 'db')).toMatchObject({ class_unknown: 1_500 });
    expect(collector.problems).toEqual([]);
  });

  test('own rejections are left to the counts of their layer', async () => {
    const { agent, clock, collector } = await createTestAgent();
    const breaker = agent.circuitBreaker('db');
    breaker.forceOpen('maintenance');
    await expect(breaker.execute(() => 'never')).rejects.toThrow('held open');
    await clock.advance(2_000);
    expect(collector.batches.flatMap((one) => one.errors ?? [])).toEqual([]);
  });
});
