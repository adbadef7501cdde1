import {
  type AgentView,
  type BreakerOverride,
  type BreakerState,
  type ErrorView,
  emptyView,
  type FlagView,
  type FleetEvent,
  type FleetView,
  type ResourceView,
  sparkSlots,
} from '@holdfast/shared';

/** The moment that the fixtures are of. */
export const fixtureAt: number = Date.UTC(2026, 2, 1, 14, 2, 7);

/** A breaker of a service, passing calls unless told otherwise. */
export function breaker(
  address: `${string}/${string}`,
  state: BreakerState = 'closed',
  more: Partial<ResourceView> = {},
): ResourceView {
  const [service = '', name = ''] = address.split('/');
  const isBad = state === 'open' || state === 'half_open';
  return {
    address: `${service}/circuit_breaker/${name}`,
    service,
    kind: 'circuit_breaker',
    name,
    dependency: `${name}-api`,
    instanceCount: 1,
    staleCount: 0,
    breaker: {
      state,
      sinceAt: fixtureAt - 252_000,
      states: { [state]: 1 },
      flags: [],
      ...(isBad ? { cause: '60 % of 10 calls failed' } : {}),
    },
    rates: {
      callsPerSecond: 12.4,
      rejectedPerSecond: 0,
      slowPerSecond: 0,
      retriesPerSecond: 0,
      fallbacksPerSecond: 0,
      failureRatio: isBad ? 0.6 : 0,
      p50Ms: 12,
      p95Ms: 31,
      p99Ms: 38,
    },
    gauges: {},
    spark: {
      calls: Array.from({ length: sparkSlots }, (_, slot) => 10 + (slot % 5) * 6),
      failed: Array.from({ length: sparkSlots }, (_, slot) => (isBad && slot > 14 ? 8 + slot : 0)),
    },
    ...more,
  };
}

/** A breaker that a person holds open. */
export function heldBreaker(
  address: `${string}/${string}`,
  more: Partial<BreakerOverride> = {},
): ResourceView {
  const held = breaker(address, 'forced_open');
  return {
    ...held,
    breaker: {
      state: 'forced_open',
      sinceAt: fixtureAt - 30_000,
      states: { forced_open: 1 },
      flags: [],
      override: {
        id: 'o-1',
        service: held.service,
        name: held.name,
        state: 'forced_open',
        setAt: fixtureAt - 30_000,
        expiresAt: fixtureAt + 900_000,
        by: 'mia',
        reason: 'maintenance',
        ...more,
      },
    },
  };
}

/** A switch that is on, and off when degraded, in one instance of `storefront`. */
export function flag(key: string, more: Partial<FlagView> = {}): FlagView {
  return {
    key,
    type: 'boolean',
    value: true,
    mixed: false,
    defaultValue: true,
    degradedValue: false,
    reason: 'STATIC',
    sinceAt: fixtureAt - 600_000,
    bindings: [],
    services: ['storefront'],
    instances: [
      {
        service: 'storefront',
        instance: 's1',
        value: true,
        reason: 'STATIC',
        sinceAt: fixtureAt - 600_000,
        stale: false,
      },
    ],
    ...more,
  };
}

export function errors(address: `${string}/${string}`, more: Partial<ErrorView> = {}): ErrorView {
  const [service = '', name = ''] = address.split('/');
  const place = `${service}/circuit_breaker/${name}`;
  return {
    class: 'partial_outage',
    fingerprint: 'f1',
    address: place,
    services: [service],
    places: [{ address: place, total: 412 }],
    total: 412,
    lastMinute: 31,
    lastHour: 300,
    firstAt: fixtureAt - 1_800_000,
    lastAt: fixtureAt - 2_000,
    sample: {
      class: 'partial_outage',
      severity: 'medium',
      fingerprint: 'f1',
      message: 'connect ECONNREFUSED 127.0.0.1:4013',
      code: 'ECONNREFUSED',
    },
    ...more,
  };
}

export function agent(service: string, instance = 's1', more: Partial<AgentView> = {}): AgentView {
  return {
    service,
    instance,
    epoch: 'e1',
    tags: {},
    agentVersion: '0.1.0',
    connected: true,
    connectionSinceAt: fixtureAt - 600_000,
    startedAt: fixtureAt - 600_000,
    lastSeenAt: fixtureAt - 100,
    clockOffsetMs: 0,
    droppedCount: 0,
    dropped: {},
    lagMs: 0,
    appliedVersion: 3,
    desiredVersion: 3,
    uncleanEndCount: 0,
    ...more,
  };
}

/** "checkout/payments opened: 60 % of 10 calls failed". */
export function openedEvent(id: string, agoMs = 1_000): FleetEvent {
  const at = fixtureAt - agoMs;
  return {
    id,
    at,
    service: 'checkout',
    instance: 'c1',
    address: 'checkout/circuit_breaker/payments',
    event: {
      kind: 'circuit_breaker.opened',
      at,
      resource: 0,
      from: 'closed',
      to: 'open',
      cause: 'failure_rate',
      callCount: 10,
      failureRatio: 0.6,
    },
  };
}

export function fleetView(more: Partial<FleetView> = {}): FleetView {
  return { ...emptyView, at: fixtureAt, agents: [agent('checkout', 'c1'), agent('storefront')], ...more };
}

/** What the shop looks like while its payments fail. */
export function troubledShop(): FleetView {
  return fleetView({
    resources: [
      breaker('storefront/inventory'),
      breaker('storefront/reviews'),
      breaker('checkout/payments', 'open'),
      breaker('checkout/inventory', 'half_open'),
      breaker('storefront/recommendations'),
      heldBreaker('checkout/shipping'),
    ],
    flags: [
      flag('real_time_inventory'),
      flag('recommendations', {
        value: false,
        reason: 'DEGRADED',
        cause: 'storefront/recommendations is open',
        bindings: ['storefront/circuit_breaker/recommendations'],
      }),
      flag('user_reviews'),
    ],
    errors: [
      errors('checkout/payments'),
      errors('checkout/inventory', { class: 'transient', lastMinute: 3 }),
    ],
    events: [openedEvent('1', 4_000), openedEvent('2')],
  });
}

/** Many breakers, some of them in trouble. */
export function largeFleet(count: number): FleetView {
  const stateOf = (index: number): BreakerState =>
    index % 97 === 0 ? 'open' : index % 89 === 0 ? 'half_open' : 'closed';
  return fleetView({
    ...troubledShop(),
    resources: Array.from({ length: count }, (_, index) =>
      breaker(`service-${index % 40}/dependency-${index}`, stateOf(index)),
    ),
  });
}
