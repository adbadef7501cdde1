import { SeededRandom } from '@holdfast/agent/testing';
import {
  type AgentIdentity,
  type Batch,
  type BreakerState,
  breakerStates,
  type ControlFact,
  type LogFact,
  resourceKinds,
  type Rollup,
  toColumns,
  countColumns,
} from '@holdfast/shared';
import type { NewEntry } from '../../../collector/src/store/event-store.ts';
import { helloWith, startAt } from './wire-agent.ts';

/**
 * A log as a fleet makes it: instances that come, restart, lose their line and return, with events, levels,
 * rollups (some late, some from clocks that run off), acts of people, gaps and refusals. The same seed gives
 * the same log.
 */
export function logOf(seed: number, length: number): NewEntry[] {
  const random = new SeededRandom(seed);
  const runs = new Map<string, Run>();
  const entries: NewEntry[] = [];
  let version = 0;
  for (let at = startAt; entries.length < length; at += Math.floor(random.next() * 900)) {
    const key = instances[Math.floor(random.next() * instances.length)] ?? '';
    const run = runs.get(key);
    if (run === undefined || random.next() < 0.02) {
      const next = startedRun(key, { at, random, epoch: entries.length });
      runs.set(key, next);
      entries.push({ at, fact: { type: 'connected', hello: helloOf(next, at) } });
    } else if (random.next() < 0.05) {
      entries.push({ at, fact: rareFact(run, { random, at, version: ++version }) });
    } else {
      entries.push(batchOf(run, { random, at }));
    }
  }
  return entries;
}

const instances = ['checkout@a', 'checkout@b', 'storefront@a'];

interface Run {
  readonly agent: AgentIdentity;
  readonly clockOffsetMs: number;
  seq: number;
}

interface Draw {
  readonly random: SeededRandom;
  readonly at: number;
}

function startedRun(key: string, { random, epoch }: Draw & { readonly epoch: number }): Run {
  const [service = '', instance = ''] = key.split('@');
  const clockOffsetMs = random.next() < 0.7 ? 0 : Math.floor(random.next() * 7_200_000) - 3_600_000;
  return { agent: { service, instance, epoch: `run-${epoch}` }, clockOffsetMs, seq: 0 };
}

function helloOf(
  { agent, clockOffsetMs }: Run,
  at: number,
): Extract<LogFact, { type: 'connected' }>['hello'] {
  return helloWith({ ...agent, sentAt: at - clockOffsetMs });
}

function rareFact(run: Run, { random, at, version }: Draw & { readonly version: number }): LogFact {
  const dice = random.next();
  if (dice < 0.2) return { type: 'disconnected', agent: run.agent, clean: false };
  if (dice < 0.4) return { type: 'refused', agent: run.agent, seq: 0, problem: 'frame is not JSON' };
  if (dice < 0.5) return { type: 'gap', agent: run.agent, from: run.seq, to: run.seq };
  return controlFact(at, version);
}

function controlFact(at: number, version: number): ControlFact {
  const act = { by: 'ann', reason: 'a try' };
  const flag = { key: 'reviews', value: version % 2 === 0, ...act, setAt: at, expiresAt: at + 60_000 };
  return {
    type: 'control',
    version,
    action: 'flag.set',
    target: 'reviews',
    from: null,
    to: flag.value,
    via: 'cli',
    ...act,
    expiresAt: flag.expiresAt,
    flag,
  };
}

function batchOf(run: Run, draw: Draw): NewEntry {
  const { random, at } = draw;
  run.seq++;
  const agentAt = at - run.clockOffsetMs;
  const rollups = Array.from({ length: Math.floor(random.next() * 6) }, () => rollupOf(random, agentAt));
  const batch: Batch = {
    type: 'batch',
    seq: run.seq,
    sealedAt: agentAt,
    ...(run.seq === 1 ? { dictionary: { from: 0, add: descriptors } } : {}),
    ...(random.next() < 0.1 ? { levels: levelsOf(agentAt, random) } : {}),
    events: random.next() < 0.2 ? [transition(agentAt, random), sampled(agentAt, random)] : [],
    ...(rollups.length === 0 ? {} : { rollups: toColumns(rollups) }),
    ...(random.next() < 0.4 ? { errors: [tallyOf(agentAt, random), tallyOf(agentAt, random)] } : {}),
    ...(random.next() < 0.05 ? { dropped: { 'event:queue_overflow': run.seq } } : {}),
  };
  const frame = Buffer.from(JSON.stringify(batch));
  return { at, fact: { type: 'batch', agent: run.agent, batch }, frame };
}

const descriptors = resourceKinds
  .slice(0, 4)
  .map((kind) => ({ kind, name: 'payments', dependency: 'payments-api' }));

function rollupOf(random: SeededRandom, at: number): Rollup {
  const isLate = random.next() < 0.1;
  const buckets = [...new Set([1, 2, 3].map(() => Math.floor(random.next() * 449)))].sort((a, b) => a - b);
  return {
    resource: Math.floor(random.next() * descriptors.length),
    second: Math.floor(at / 1_000) - (isLate ? Math.floor(random.next() * 600) : 1),
    counts: countColumns.map(() => (random.next() < 0.6 ? 0 : Math.floor(random.next() * 5_000))),
    gauges: random.next() < 0.5 ? {} : { in_flight: Math.floor(random.next() * 20) },
    latency: buckets.flatMap((bucket) => [bucket, 1 + Math.floor(random.next() * 300)]),
  };
}

function tallyOf(at: number, random: SeededRandom): NonNullable<Batch['errors']>[number] {
  return {
    resource: Math.floor(random.next() * descriptors.length),
    class: random.next() < 0.5 ? 'transient' : 'critical',
    fingerprint: `1:${Math.floor(random.next() * 20)}`,
    count: 1 + Math.floor(random.next() * 50),
    firstAt: at - 900,
    lastAt: at - Math.floor(random.next() * 900),
  };
}

function sampled(at: number, random: SeededRandom): Batch['events'][number] {
  const fingerprint = `1:${Math.floor(random.next() * 20)}`;
  const error = { class: 'transient', severity: 'low', fingerprint, message: `as ${fingerprint}` } as const;
  return { kind: 'error.sampled', at, resource: 0, error };
}

function stateOf(random: SeededRandom): BreakerState {
  return breakerStates[Math.floor(random.next() * breakerStates.length)] ?? 'closed';
}

function levelsOf(at: number, random: SeededRandom): NonNullable<Batch['levels']> {
  return {
    complete: random.next() < 0.5,
    breakers: [{ resource: 1, state: stateOf(random), sinceAt: at }],
    health: [],
    flags: [
      {
        flag: 'reviews',
        value: random.next() < 0.5,
        defaultValue: true,
        reason: 'STATIC',
        sinceAt: at,
        bindings: [],
      },
    ],
  };
}

function transition(at: number, random: SeededRandom): Batch['events'][number] {
  return {
    kind: 'circuit_breaker.opened',
    at,
    resource: 1,
    from: 'closed',
    to: stateOf(random),
    cause: 'failure_rate',
    callCount: 10,
    error: {
      class: 'transient',
      severity: 'low',
      fingerprint: 'f',
      message: `try ${Math.floor(random.next() * 9)}`,
    },
  };
}
