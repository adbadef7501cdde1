import type { Agent, CircuitBreaker } from '@holdfast/agent';
import { chapter, hanging, settled, status, throwing } from '../path.ts';

const opened = { failure: 2, class_partial_outage: 2 };

export const circuitBreakerPaths = chapter('Circuit breaker', breakerOf, [
  {
    when: 'a call succeeds',
    drive: (breaker) => breaker.execute(() => 'ok'),
    counts: { circuit_breaker: { success: 1 } },
  },
  {
    when: 'a call succeeds, slower than `slowCallMs`',
    drive: async (breaker, { clock }) => {
      const permit = breaker.tryAcquire();
      await clock.advance(150);
      permit?.succeed();
    },
    counts: { circuit_breaker: { success: 1, slow: 1 } },
  },
  {
    when: 'a call fails',
    drive: (breaker) => settled(failing(breaker)),
    counts: { circuit_breaker: { failure: 1, class_partial_outage: 1 } },
    events: ['error.sampled'],
  },
  {
    when: 'a result counts as a failure',
    of: (agent) => agent.circuitBreaker('payments', { countsResultAsFailure: () => true }),
    drive: (breaker) => breaker.execute(() => 'bad'),
    counts: { circuit_breaker: { failure: 1 } },
  },
  {
    when: 'an error does not count as a failure',
    drive: (breaker) => settled(breaker.execute(() => throwing(status(404)))),
    counts: { circuit_breaker: { success: 1, class_caller: 1 } },
    events: ['error.sampled'],
  },
  {
    when: 'an error is ignored',
    of: (agent) => agent.circuitBreaker('payments', { ignores: () => true }),
    drive: (breaker) => settled(failing(breaker)),
    counts: { circuit_breaker: { ignored: 1, class_partial_outage: 1 } },
    events: ['error.sampled'],
  },
  {
    when: 'the caller gives up',
    drive: (breaker) => {
      const controller = new AbortController();
      const call = breaker.execute(hanging, { signal: controller.signal });
      controller.abort();
      return settled(call);
    },
    counts: { circuit_breaker: { cancelled: 1, class_cancelled: 1 } },
  },
  {
    when: 'a permit is given back unused',
    drive: (breaker) => breaker.tryAcquire()?.release(),
    counts: { circuit_breaker: { ignored: 1 } },
  },
  {
    when: 'too many calls fail',
    drive: trip,
    counts: { circuit_breaker: opened },
    events: ['error.sampled', 'circuit_breaker.opened'],
  },
  {
    when: 'a call comes while it is open',
    drive: async (breaker) => {
      await trip(breaker);
      await settled(breaker.execute(() => 'ok'));
    },
    counts: { circuit_breaker: { ...opened, rejected: 1, class_rejected: 1 } },
    events: ['error.sampled', 'circuit_breaker.opened'],
  },
  {
    when: 'a call that began before it opened ends after it',
    drive: async (breaker) => {
      const permit = breaker.tryAcquire();
      await trip(breaker);
      permit?.succeed();
    },
    counts: { circuit_breaker: { ...opened, success: 1, late: 1 } },
    events: ['error.sampled', 'circuit_breaker.opened'],
  },
  {
    when: 'a probe succeeds',
    drive: async (breaker, { clock }) => {
      await trip(breaker);
      await clock.advance(1_001);
      await breaker.execute(() => 'ok');
    },
    counts: { circuit_breaker: { ...opened, success: 1 } },
    events: [
      'error.sampled',
      'circuit_breaker.opened',
      'circuit_breaker.half_opened',
      'circuit_breaker.closed',
    ],
  },
  {
    when: 'a probe fails',
    drive: async (breaker, { clock }) => {
      await trip(breaker);
      await clock.advance(1_001);
      await settled(failing(breaker));
    },
    counts: { circuit_breaker: { failure: 3, class_partial_outage: 3 } },
    events: [
      'error.sampled',
      'circuit_breaker.opened',
      'circuit_breaker.half_opened',
      'circuit_breaker.opened',
    ],
  },
  {
    when: 'somebody holds it open, and a call comes',
    drive: (breaker) => {
      breaker.forceOpen('maintenance');
      return settled(breaker.execute(() => 'ok'));
    },
    counts: { circuit_breaker: { rejected: 1, class_rejected: 1 } },
    events: ['circuit_breaker.forced_open'],
  },
  {
    when: 'somebody bypasses it, and a call fails',
    drive: (breaker) => {
      breaker.disable('false alarm');
      return settled(failing(breaker));
    },
    counts: { circuit_breaker: { failure: 1, class_partial_outage: 1 } },
    events: ['circuit_breaker.disabled', 'error.sampled'],
  },
  {
    when: 'it only watches, and a threshold is crossed',
    drive: (breaker) => {
      breaker.metricsOnly('first week');
      return trip(breaker);
    },
    counts: { circuit_breaker: opened },
    events: ['circuit_breaker.metrics_only', 'error.sampled', 'circuit_breaker.threshold_crossed'],
  },
  {
    when: 'it is reset',
    drive: (breaker) => breaker.reset(),
    counts: {},
    events: ['circuit_breaker.closed'],
  },
  {
    when: 'it changes 70 times while the collector is away',
    drive: async (breaker, { collector, clock }) => {
      collector.refuse();
      for (let i = 0; i < 35; i++) {
        breaker.forceOpen('a drill');
        breaker.reset();
      }
      collector.accept();
      await clock.advance(60_000);
    },
    counts: {},
    events: [
      'circuit_breaker.summarised',
      ...Array.from(
        { length: 32 },
        () => ['circuit_breaker.forced_open', 'circuit_breaker.closed'] as const,
      ).flat(),
    ],
  },
  {
    when: 'it gets other options',
    drive: (breaker) => breaker.reconfigure({ failureRatio: 0.2 }),
    counts: {},
    events: ['config.changed'],
  },
]);

/** Opens after two failures, for a second; one probe. */
function breakerOf(agent: Agent): CircuitBreaker {
  return agent.circuitBreaker('payments', {
    window: { kind: 'count', size: 2 },
    minimumCalls: 2,
    openDurationMs: 1_000,
    halfOpenCalls: 1,
    slowCallMs: 100,
  });
}

async function trip(breaker: CircuitBreaker): Promise<void> {
  await settled(failing(breaker), failing(breaker));
}

function failing(breaker: CircuitBreaker): Promise<never> {
  return breaker.execute(() => throwing(status(500)));
}
