import {
  type BreakerState,
  type BreakerView,
  type ErrorSummary,
  type ResourceView,
  sparkSlots,
} from '@holdfast/shared';

/** The moment at which all samples begin: 2026-11-21 02:14:00 UTC. */
export const sampleAt: number = Date.UTC(2026, 10, 21, 2, 14);

export const timeoutError: ErrorSummary = {
  class: 'partial_outage',
  severity: 'medium',
  fingerprint: 'f1',
  message: 'connect ETIMEDOUT 10.0.3.14:8443',
  code: 'ETIMEDOUT',
  why: 'code ETIMEDOUT: the peer did not answer in time',
};

/** A breaker, calm unless told otherwise. */
export function sampleBreaker(name: string, change: Partial<ResourceView> = {}): ResourceView {
  const [service = 'checkout', breaker = name] = name.split('/');
  return {
    address: `${service}/circuit_breaker/${breaker}`,
    service,
    kind: 'circuit_breaker',
    name: breaker,
    dependency: `${breaker}-api`,
    pipeline: breaker,
    config: {
      failureRatio: 0.5,
      window: '100 calls',
      minimumCalls: 10,
      openDurationMs: 5_000,
      halfOpenCalls: 5,
    },
    instanceCount: 3,
    staleCount: 0,
    breaker: sampleCondition('closed', { states: { closed: 3 } }),
    rates: {
      callsPerSecond: 42,
      rejectedPerSecond: 0,
      slowPerSecond: 0,
      retriesPerSecond: 0,
      fallbacksPerSecond: 0,
      failureRatio: 0,
      p50Ms: 12,
      p95Ms: 31,
      p99Ms: 48,
    },
    gauges: {},
    spark: sampleSpark(120, 0),
    ...change,
  };
}

export function sampleCondition(state: BreakerState, change: Partial<BreakerView> = {}): BreakerView {
  return { state, sinceAt: sampleAt - 3_600_000, states: { [state]: 1 }, flags: [], ...change };
}

/** A minute of calls, of which the given share failed in its later half. */
export function sampleSpark(calls: number, failedRatio: number): ResourceView['spark'] {
  const slots = Array.from({ length: sparkSlots }, (_, slot) => slot);
  const heights = slots.map((slot) => Math.round(calls * (0.8 + 0.2 * Math.sin(slot * 1.7))));
  const isBad = (slot: number): boolean => slot >= sparkSlots / 2;
  return {
    calls: heights,
    failed: heights.map((height, slot) => (isBad(slot) ? Math.round(height * failedRatio) : 0)),
  };
}

/** Open for most of its instances, with two flags bound to it. */
export function openBreaker(name: string, sinceAt: number): ResourceView {
  const cause = '66 % of 100 calls failed, last: ETIMEDOUT';
  return sampleBreaker(name, {
    breaker: sampleCondition('open', {
      sinceAt,
      states: { open: 2, closed: 1 },
      untilAt: sampleAt + 12_000,
      cause,
      error: timeoutError,
      flags: ['express_pay', 'recommendations'],
    }),
    rates: {
      callsPerSecond: 90.4,
      rejectedPerSecond: 61,
      slowPerSecond: 3.2,
      retriesPerSecond: 12,
      fallbacksPerSecond: 58,
      failureRatio: 0.66,
      p50Ms: 240,
      p95Ms: 1_420,
      p99Ms: 2_000,
    },
    spark: sampleSpark(270, 0.7),
    lastError: timeoutError,
  });
}

/** The breakers of the shop, one in each state. */
export function failingBreakers(at: number): ResourceView[] {
  const hold = {
    id: 'h1',
    service: 'storefront',
    name: 'reviews',
    state: 'forced_open' as const,
    by: 'ana',
    reason: 'reviews database is being restored',
    setAt: at - 240_000,
    expiresAt: at + 660_000,
  };
  return [
    sampleBreaker('checkout/shipping'),
    openBreaker('checkout/payments', at - 252_000),
    sampleBreaker('checkout/inventory', {
      breaker: sampleCondition('half_open', {
        sinceAt: at - 8_000,
        states: { half_open: 1, closed: 2 },
        cause: 'the open time is over, probing',
      }),
      rates: { ...sampleBreaker('x').rates, callsPerSecond: 3.1, failureRatio: 0.12, p99Ms: 410 },
      spark: sampleSpark(60, 0.25),
    }),
    sampleBreaker('storefront/reviews', {
      breaker: sampleCondition('forced_open', {
        sinceAt: at - 240_000,
        cause: 'ana: reviews database is being restored',
        override: hold,
        states: { forced_open: 3 },
        flags: ['user_reviews'],
      }),
      spark: sampleSpark(80, 1),
    }),
    sampleBreaker('storefront/recommendations', {
      breaker: sampleCondition('disabled', { states: { disabled: 3 } }),
    }),
    sampleBreaker('storefront/inventory', { spark: sampleSpark(90, 0.02) }),
    sampleBreaker('payments/ledger', { instanceCount: 2, staleCount: 1 }),
    sampleBreaker('payments/bank', { instanceCount: 1, staleCount: 1 }),
    sampleBreaker('inventory/warehouse', {
      breaker: sampleCondition('metrics_only', { states: { metrics_only: 3 } }),
    }),
  ];
}

/** What stands around `checkout/payments`. */
export function layers(): ResourceView[] {
  const layer = (kind: ResourceView['kind'], change: Partial<ResourceView>): ResourceView => {
    const { breaker: _breaker, config: _config, ...rest } = sampleBreaker('checkout/payments');
    return { ...rest, kind, address: `checkout/${kind}/payments`, ...change };
  };
  const { rates } = sampleBreaker('x');
  return [
    layer('bulkhead', { gauges: { in_flight: 18, limit: 20, queue_length: 7 } }),
    layer('pipeline', { rates: { ...rates, actionsPerSecond: { retries: 12, hedge_wins: 0.3 } } }),
    layer('fallback', { rates: { ...rates, actionsPerSecond: { fallback_used: 58 } } }),
  ];
}

export function checks(at: number): ResourceView[] {
  const check = (name: string, health: Partial<ResourceView['health']>): ResourceView => {
    const { breaker: _breaker, ...rest } = sampleBreaker(name);
    const [service, own] = name.split('/');
    const view = {
      status: 'up',
      checkKind: 'readiness',
      critical: false,
      sinceAt: at - 900_000,
      ...health,
    } as const;
    return { ...rest, kind: 'health_check', address: `${service}/health_check/${own}`, health: view };
  };
  return [
    check('payments/database', { critical: true }),
    check('payments/bank', {
      status: 'down',
      sinceAt: at - 260_000,
      message: 'no answer within 800 ms',
      critical: true,
    }),
    check('inventory/warehouse', { status: 'degraded', sinceAt: at - 20_000, message: 'replica lags 14 s' }),
    check('storefront/cache', {}),
  ];
}
