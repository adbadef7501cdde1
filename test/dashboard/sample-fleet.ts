import {
  type AgentView,
  type AuditEntry,
  type ErrorView,
  emptyView,
  type FlagView,
  type FleetEvent,
  type FleetView,
} from '@holdfast/shared';
import {
  checks,
  failingBreakers,
  layers,
  openBreaker,
  sampleAt,
  sampleBreaker,
  sampleCondition,
  sampleSpark,
  timeoutError,
} from './sample-breakers.ts';

/** The shop in the middle of a failure: payments is open, inventory probes, a flag is degraded. */
export function failingFleet(at: number = sampleAt): FleetView {
  return {
    at,
    resources: [...failingBreakers(at), ...layers(), ...checks(at)],
    flags: sampleFlags(at),
    errors: sampleErrors(at),
    agents: sampleAgents(at),
    events: sampleEvents(at),
    audit: sampleAudit(at),
  };
}

/** Nothing is wrong. */
export function calmFleet(at: number = sampleAt): FleetView {
  const names = ['checkout/payments', 'checkout/inventory', 'checkout/shipping', 'storefront/reviews'];
  const flag = sampleFlags(at).map(({ override: _override, cause: _cause, ...rest }) => ({
    ...rest,
    value: rest.defaultValue,
    reason: 'STATIC' as const,
  }));
  const agents = sampleAgents(at).filter((agent) => agent.connected);
  const events = sampleEvents(at).slice(0, 2);
  return {
    ...emptyView,
    at,
    resources: names.map((name) => sampleBreaker(name)),
    flags: flag,
    agents,
    events,
  };
}

/** A fleet of many breakers, a few of which are not closed. */
export function largeFleet(count: number, at: number = sampleAt): FleetView {
  const resources = Array.from({ length: count }, (_, index) => {
    const name = `service-${index % 40}/dependency-${String(index).padStart(4, '0')}`;
    if (index % 97 === 5) return openBreaker(name, at - index * 1_000);
    if (index % 61 === 7) return sampleBreaker(name, { breaker: sampleCondition('half_open') });
    return sampleBreaker(name, { spark: sampleSpark(20 + (index % 50), index % 13 === 0 ? 0.1 : 0) });
  });
  return { ...failingFleet(at), resources };
}

function sampleFlags(at: number): FlagView[] {
  const flag = (key: string, change: Partial<FlagView>): FlagView => ({
    key,
    type: 'boolean',
    value: true,
    mixed: false,
    defaultValue: true,
    degradedValue: false,
    reason: 'STATIC',
    sinceAt: at - 7_200_000,
    bindings: [],
    services: ['storefront'],
    instances: ['storefront-1', 'storefront-2'].map((instance) => ({
      service: 'storefront',
      instance,
      value: true,
      reason: 'STATIC',
      sinceAt: at - 7_200_000,
      stale: false,
    })),
    ...change,
  });
  return [
    flag('recommendations', {
      value: false,
      reason: 'DEGRADED',
      sinceAt: at - 242_000,
      cause: 'checkout/payments is open',
      bindings: ['checkout/circuit_breaker/payments'],
    }),
    flag('user_reviews', {
      value: false,
      reason: 'OVERRIDE',
      sinceAt: at - 240_000,
      cause: 'reviews database is being restored',
      bindings: ['storefront/circuit_breaker/reviews'],
      override: {
        key: 'user_reviews',
        value: false,
        by: 'ana',
        reason: 'reviews database is being restored',
        setAt: at - 240_000,
        expiresAt: at + 660_000,
      },
    }),
    flag('real_time_inventory', { bindings: ['storefront/circuit_breaker/inventory'] }),
    flag('search_backend', {
      type: 'string',
      value: 'elastic',
      defaultValue: 'elastic',
      degradedValue: 'sql',
    }),
    flag('page_size', { type: 'number', value: 24, defaultValue: 24, degradedValue: 8 }),
  ];
}

function sampleErrors(at: number): ErrorView[] {
  const error = (address: string, change: Partial<ErrorView>): ErrorView => ({
    class: 'transient',
    fingerprint: change.sample?.fingerprint ?? `at:${address}`,
    address,
    services: [address.split('/')[0] ?? ''],
    places: [{ address, total: change.total ?? 20 }],
    total: 20,
    lastMinute: 0,
    lastHour: 3,
    firstAt: at - 86_400_000,
    lastAt: at - 400_000,
    ...change,
  });
  const refused = {
    ...timeoutError,
    class: 'transient' as const,
    code: 'ECONNRESET',
    message: 'socket hang up',
  };
  return [
    error('checkout/circuit_breaker/payments', {
      class: 'partial_outage',
      total: 12_904,
      lastMinute: 3_510,
      lastHour: 12_611,
      lastAt: at - 400,
      sample: timeoutError,
    }),
    error('checkout/circuit_breaker/inventory', {
      lastMinute: 42,
      lastHour: 180,
      total: 431,
      sample: refused,
    }),
    error('storefront/circuit_breaker/reviews', { class: 'rejected', lastMinute: 960, total: 5_001 }),
    error('payments/circuit_breaker/ledger', {
      class: 'critical',
      total: 2,
      sample: {
        ...timeoutError,
        class: 'critical',
        code: 'ENOSPC',
        message: 'no space left on device, write',
      },
    }),
  ];
}

function sampleAgents(at: number): AgentView[] {
  const agent = (service: string, number: number, change: Partial<AgentView> = {}): AgentView => ({
    service,
    instance: `${service}-${number}`,
    epoch: `e${number}`,
    version: '4.2.0',
    environment: 'prod',
    tags: {},
    agentVersion: '0.1.0',
    connected: true,
    connectionSinceAt: at - 5_400_000,
    startedAt: at - 5_400_000,
    lastSeenAt: at,
    clockOffsetMs: 4,
    droppedCount: 0,
    dropped: {},
    lagMs: 0,
    appliedVersion: 3,
    desiredVersion: 3,
    uncleanEndCount: 0,
    ...change,
  });
  return [
    agent('checkout', 1),
    agent('checkout', 2, { clockOffsetMs: -2_300 }),
    agent('checkout', 3, { droppedCount: 14 }),
    agent('inventory', 1),
    agent('payments', 1, { connected: false, connectionSinceAt: at - 61_000, lastSeenAt: at - 61_000 }),
    agent('payments', 2),
    agent('storefront', 1),
    agent('storefront', 2),
  ];
}

function sampleEvents(at: number): FleetEvent[] {
  const transition = { from: 'closed', to: 'open', cause: 'failure_rate', callCount: 100 } as const;
  const where = { service: 'checkout', instance: 'checkout-1', address: 'checkout/circuit_breaker/payments' };
  const shop = { service: 'storefront', instance: 'storefront-1' };
  const list: Omit<FleetEvent, 'id'>[] = [
    { at: at - 900_000, ...shop, event: { kind: 'agent.connected', at, detail: '0.1.0' } },
    {
      at: at - 252_000,
      ...where,
      event: { kind: 'circuit_breaker.opened', at, ...transition, failureRatio: 0.66, error: timeoutError },
    },
    {
      at: at - 242_000,
      ...shop,
      event: {
        kind: 'flag.degraded',
        at,
        flag: 'recommendations',
        from: true,
        to: false,
        reason: 'DEGRADED',
        cause: 'checkout/payments is open',
      },
    },
    { at: at - 61_000, service: 'payments', instance: 'payments-1', event: { kind: 'agent.lost', at } },
    {
      at: at - 2_000,
      ...where,
      address: 'checkout/circuit_breaker/shipping',
      event: {
        kind: 'circuit_breaker.closed',
        at,
        from: 'half_open',
        to: 'closed',
        cause: 'probes_succeeded',
        callCount: 5,
      },
    },
  ];
  return list.map((event, index) => ({ ...event, id: `e${index}` }));
}

function sampleAudit(at: number): AuditEntry[] {
  return [
    {
      id: 1,
      version: 1,
      at: at - 240_000,
      action: 'breaker.held_open',
      target: 'storefront/reviews',
      from: null,
      to: 'forced_open',
      by: 'ana',
      via: 'tui',
      reason: 'reviews database is being restored',
      expiresAt: at + 660_000,
    },
    {
      id: 2,
      version: 2,
      at: at - 239_000,
      action: 'flag.set',
      target: 'user_reviews',
      from: true,
      to: false,
      by: 'ana',
      via: 'web',
      reason: 'reviews database is being restored',
      expiresAt: at + 660_000,
    },
  ];
}
