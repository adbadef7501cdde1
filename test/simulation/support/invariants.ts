import {
  type Batch,
  countIndex,
  type DroppedCounts,
  type ErrorClass,
  errorClasses,
  type ResilienceEvent,
} from '@holdfast/shared';
import type { SentRun } from './sent-batches.ts';
import type { Produced, SimulatedService } from './service.ts';
import type { World } from './world.ts';

/** Whether all that the services did has arrived. */
export function isDrained(world: World): boolean {
  return world.services.every((service) => {
    const { run } = service;
    return run !== undefined && run.acknowledged === run.batches.size && isWhole(service, run);
  });
}

/** What does not hold of a world at its end, in words. */
export function violationsOf(world: World): string[] {
  return [
    ...world.lies,
    ...logViolations(world),
    ...totalViolations(world),
    ...groupViolations(world),
    ...world.services.flatMap(shortOf),
  ];
}

/** I1 and I3: each batch once and as it was sealed, no gap that nobody made. */
function logViolations({ collector, sent, faults }: World): string[] {
  const found: string[] = [];
  for (const { fact, frame } of collector.disk.entries) {
    if (fact.type === 'refused') found.push(`I1: a batch of an agent was refused: ${fact.problem}`);
    if (fact.type === 'gap' && !faults.has('restore'))
      found.push(`I3: a gap from ${fact.from} to ${fact.to} without a restore`);
    if (fact.type !== 'batch') continue;
    const sealed = sent.runs.get(fact.agent.epoch)?.batches.get(fact.batch.seq);
    if (sealed?.text !== Buffer.from(frame ?? []).toString('utf8'))
      found.push(`I1: batch ${fact.batch.seq} was not sealed as it is stored`);
  }
  for (const { agent, batches, acknowledged, changedCount } of sent.runs.values()) {
    if (changedCount > 0) found.push(`I1: ${changedCount} batches changed after they were sealed`);
    for (const seq of batches.keys()) {
      const count = collector.disk.countOf(agent.epoch, seq);
      if (count > 1) found.push(`I1: batch ${seq} of ${agent.instance} is stored ${count} times`);
      if (count === 0 && seq <= acknowledged && !faults.has('restore'))
        found.push(`I1: batch ${seq} of ${agent.instance} was acknowledged and is not stored`);
    }
  }
  return found;
}

/** I2, the collector's part: the totals are the sums of what is in the log. */
function totalViolations(world: World): string[] {
  const { collector } = world;
  const expected = sumsOf(storedBatches(world));
  const sums = { calls: 0, failures: 0 };
  for (const { counts } of collector.state?.history.allTotals() ?? []) {
    sums.calls += (counts[countIndex.success] ?? 0) + (counts[countIndex.failure] ?? 0);
    sums.failures += counts[countIndex.failure] ?? 0;
  }
  const isEqual = expected.calls === sums.calls && expected.failures === sums.failures;
  return isEqual ? [] : [`I2: the log holds ${show(expected)}, the totals say ${show(sums)}`];
}

/** I2, of the errors: the groups of a class are all that was counted of it. */
function groupViolations(world: World): string[] {
  const batches = storedBatches(world);
  const groups = [...(world.collector.state?.fleet.errors.values() ?? [])];
  return errorClasses.flatMap((name) => {
    const counted = classCount(batches, name);
    const grouped = sum(groups.filter((group) => group.class === name).map(({ total }) => total));
    return counted === grouped ? [] : [`I2: ${counted} errors are ${name}, their groups hold ${grouped}`];
  });
}

function classCount(batches: readonly Batch[], name: ErrorClass): number {
  return sum(batches.map(({ rollups }) => sum(rollups?.counts[`class_${name}`])));
}

/** Those in the log, as they were sealed. */
function storedBatches({ collector, sent }: World): Batch[] {
  return collector.disk.entries.flatMap(({ fact }) => {
    if (fact.type !== 'batch') return [];
    return sent.runs.get(fact.agent.epoch)?.batches.get(fact.batch.seq)?.batch ?? [];
  });
}

/** I2, the agent's part: what was counted and what happened is sealed, or is told as dropped. */
function shortOf(service: SimulatedService): string[] {
  const { run, produced } = service;
  const faults = service.faults.filter((fault) => !isLateHello(fault));
  if (faults.length > 0) return [`an agent reported ${String(faults[0])}`];
  if (run === undefined) return ['I4: an agent never connected'];
  const batches = [...run.batches.values()].map(({ batch }) => batch);
  const told = sum(batches.flatMap(({ errors = [] }) => errors.map(({ count }) => count)));
  const counted = sum(errorClasses.map((name) => classCount(batches, name)));
  if (told !== counted) return [`I2: an agent counted ${counted} errors, and told the kinds of ${told}`];
  if (isWhole(service, run)) return [];
  return [`I2: a service counted ${show(produced)}, its agent sent ${show(sentBy(run))}`];
}

/** A link was silent for longer than the collector waits for a hello; the agent says so and comes back. */
function isLateHello(fault: unknown): boolean {
  return String(fault).endsWith('no hello within 5 s');
}

function isWhole({ produced }: SimulatedService, run: SentRun): boolean {
  const sent = sentBy(run);
  return (
    produced.calls === sent.calls &&
    produced.failures === sent.failures &&
    produced.transitions === sent.transitions &&
    produced.notices === sent.notices
  );
}

/** What was sent, and what was told as left out. Changes of state are never left out. */
function sentBy(run: SentRun): Sums & Pick<Produced, 'transitions' | 'notices'> {
  const batches = [...run.batches.values()].map(({ batch }) => batch);
  const events = batches.flatMap((batch) => batch.events);
  const dropped: DroppedCounts = batches.findLast((batch) => batch.dropped !== undefined)?.dropped ?? {};
  const notices = events.filter(({ kind }) => kind === 'config.changed' || kind === 'agent.started').length;
  return {
    ...sumsOf(batches),
    transitions: sum(events.map(transitionsIn)),
    notices: notices + (dropped['event/queue_overflow'] ?? 0),
  };
}

function transitionsIn(event: ResilienceEvent): number {
  if (event.kind === 'circuit_breaker.summarised') return sum(event.edges.map(({ count }) => count));
  return event.kind.startsWith('circuit_breaker.') ? 1 : 0;
}

interface Sums {
  calls: number;
  failures: number;
}

function sumsOf(batches: readonly Batch[]): Sums {
  const sums = { calls: 0, failures: 0 };
  for (const { rollups } of batches) {
    const failures = sum(rollups?.counts.failure);
    sums.calls += sum(rollups?.counts.success) + failures;
    sums.failures += failures;
  }
  return sums;
}

function sum(values: readonly number[] = []): number {
  return values.reduce((total, value) => total + value, 0);
}

function show(value: object): string {
  return JSON.stringify(value);
}
