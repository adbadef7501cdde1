import {
  type AgentIdentity,
  countColumns,
  type CountColumn,
  countIndex,
  createFleet,
  type Fleet,
  fold,
  type LogEntry,
  type LogFact,
  type ResourceDescriptor,
  type ResilienceEvent,
  type Rollup,
  toColumns,
  type Batch,
  type Levels,
} from '@holdfast/shared';

export const startAt = 1_700_000_000_000;
export const agent: AgentIdentity = { service: 'checkout', instance: 'checkout-1', epoch: 'e1' };
export const breaker: ResourceDescriptor = {
  kind: 'circuit_breaker',
  name: 'payments',
  dependency: 'payments-api',
};
export const address = 'checkout/circuit_breaker/payments';

/** A log that gives each fact the next id, and the fleet that it folds to. */
export class TestLog {
  readonly fleet: Fleet = createFleet();
  readonly entries: LogEntry[] = [];
  private seq = 0;

  append(fact: LogFact, at = startAt): Iterable<string> {
    const entry: LogEntry = { id: this.entries.length + 1, at, ...fact };
    this.entries.push(entry);
    return fold(this.fleet, entry);
  }

  connect(of: AgentIdentity = agent, options: { at?: number; sentAt?: number } = {}): void {
    const at = options.at ?? startAt;
    const sentAt = options.sentAt ?? at;
    const rest = {
      tags: {},
      agentVersion: '0.1.0',
      first: 1,
      next: 1,
      desiredVersion: 0,
      startedAt: sentAt,
      sentAt,
    };
    this.append({ type: 'connected', hello: { type: 'hello', protocol: 1, ...of, ...rest } }, at);
  }

  batch(content: Partial<Omit<Batch, 'type' | 'seq'>>, of = agent, at = startAt): Iterable<string> {
    this.seq += 1;
    const batch: Batch = { type: 'batch', seq: this.seq, sealedAt: at, events: [], ...content };
    return this.append({ type: 'batch', agent: of, batch }, at);
  }

  introduce(...add: ResourceDescriptor[]): void {
    this.batch({ dictionary: { from: 0, add } });
  }

  opened(at = startAt): void {
    this.batch({ events: [openedEvent(at)] }, agent, at);
  }
}

export function openedEvent(at: number): ResilienceEvent {
  return {
    kind: 'circuit_breaker.opened',
    at,
    resource: 0,
    from: 'closed',
    to: 'open',
    cause: 'failure_rate',
    callCount: 10,
    failureRatio: 0.6,
    untilAt: at + 8_000,
    error: {
      class: 'partial_outage',
      severity: 'medium',
      fingerprint: '1:a',
      message: 'refused',
      code: 'ECONNREFUSED',
    },
  };
}

/** A rollup of resource 0 at a second after `startAt`. */
export function rollupAt(
  second: number,
  counts: Partial<Record<CountColumn, number>>,
  latency: number[] = [],
): Rollup {
  const all = countColumns.map(() => 0);
  for (const name of countColumns) all[countIndex[name]] = counts[name] ?? 0;
  return { resource: 0, second: startAt / 1_000 + second, counts: all, gauges: {}, latency };
}

export const columnsOf = (...rollups: Rollup[]): ReturnType<typeof toColumns> => toColumns(rollups);

export const levelsOf = (levels: Partial<Levels>): Levels => ({
  complete: true,
  breakers: [],
  health: [],
  flags: [],
  ...levels,
});
