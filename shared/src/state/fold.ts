import type {
  AgentIdentity,
  Batch,
  DesiredState,
  DictionaryAddition,
  FlagOverride,
  Hello,
} from '../wire/messages.ts';
import { describeFork } from '../text/describe-fork.ts';
import { foldErrors } from './error-groups.ts';
import { addResources, clockCorrectionMs, foldBatch, rowsIn } from './fold-batch.ts';
import {
  type AuditEntry,
  type ConnectionEvent,
  type Fleet,
  type FleetEvent,
  fleetLimits,
  type Instance,
} from './fleet.ts';
import type { ControlFact, LogEntry } from './log-entry.ts';

export function createFleet(): Fleet {
  return {
    lastEntryId: 0,
    instances: new Map(),
    desired: { version: 0, flags: [], breakers: [] },
    audit: [],
    events: [],
    errors: new Map(),
    refusedCount: 0,
    gapCount: 0,
  };
}

/** `service@instance`: the key of an instance. */
export function instanceKey(agent: { readonly service: string; readonly instance: string }): string {
  return `${agent.service}@${agent.instance}`;
}

/**
 * Folds one log entry into the fleet and returns the addresses of the resources that it touched, some more
 * than once, to be looked at before the next is folded. Entries are folded in the order of their ids; the
 * same entries always give the same fleet.
 */
export function fold(fleet: Fleet, entry: LogEntry): Iterable<string> {
  fleet.lastEntryId = entry.id;
  switch (entry.type) {
    case 'connected':
      return foldConnected(fleet, entry, entry.hello);
    case 'disconnected':
      return foldDisconnected(fleet, entry, entry);
    case 'dictionary':
      return foldDictionary(fleet, entry.agent, entry.dictionary);
    case 'batch':
      return foldBatchEntry(fleet, entry);
    case 'gap': {
      fleet.gapCount += entry.to - entry.from + 1;
      const detail = `batches ${entry.from} to ${entry.to} can no longer arrive`;
      return note(fleet, entry, { kind: 'agent.gap', at: entry.at, detail });
    }
    case 'refused':
      fleet.refusedCount += 1;
      return note(fleet, entry, { kind: 'agent.refused', at: entry.at, detail: entry.problem });
    case 'applied':
      return foldApplied(fleet, entry);
    case 'control':
      return foldControl(fleet, entry);
  }
}

const none: Iterable<string> = [];

function foldConnected(fleet: Fleet, entry: LogEntry, hello: Hello): Iterable<string> {
  forgetLost(fleet, entry.at);
  const key = instanceKey(hello);
  const known = fleet.instances.get(key);
  const isSameRun = known?.epoch === hello.epoch;
  const instance: Instance = {
    service: hello.service,
    instance: hello.instance,
    epoch: hello.epoch,
    version: hello.version,
    environment: hello.environment,
    tags: hello.tags,
    agentVersion: hello.agentVersion,
    startedAt: hello.startedAt,
    connected: true,
    connectionSinceAt: entry.at,
    lastSeenAt: entry.at,
    clockOffsetMs: entry.at - hello.sentAt,
    dropped: isSameRun ? known.dropped : {},
    lagMs: isSameRun ? known.lagMs : 0,
    appliedVersion: hello.desiredVersion,
    problems: isSameRun ? known.problems : [],
    ...uncleanEnds(known, { isSameRun, at: entry.at }),
    resources: isSameRun ? known.resources : [],
    byAddress: known?.byAddress ?? new Map(),
    flags: known?.flags ?? new Map(),
  };
  fleet.instances.set(key, instance);
  const isPast = hello.past === true;
  const detail = isPast
    ? 'by what it had left on disk'
    : known === undefined
      ? 'for the first time'
      : isSameRun
        ? 'again'
        : 'after a restart';
  note(fleet, { id: entry.id, agent: hello }, { kind: 'agent.connected', at: entry.at, detail });
  return new Set(instance.byAddress.keys());
}

/** An instance that says good-bye is forgotten at once, so one that is known has not. */
function uncleanEnds(
  known: Instance | undefined,
  { isSameRun, at }: { readonly isSameRun: boolean; readonly at: number },
): Pick<Instance, 'uncleanEndCount' | 'lastUncleanEndAt'> {
  const { uncleanEndCount = 0, lastUncleanEndAt } = known ?? {};
  if (known === undefined || isSameRun || isUnseenEnd(known)) return { uncleanEndCount, lastUncleanEndAt };
  const endedAt = known.connected ? at : known.connectionSinceAt;
  return { uncleanEndCount: uncleanEndCount + 1, lastUncleanEndAt: endedAt };
}

/** How a run ended while the collector was gone, nobody knows. */
export function isUnseenEnd({ endReason }: Pick<Instance, 'endReason'>): boolean {
  return endReason === 'collector_gone' || endReason === 'not_back';
}

function foldDisconnected(
  fleet: Fleet,
  entry: LogEntry,
  { agent, clean, why }: Extract<LogEntry, { readonly type: 'disconnected' }>,
): Iterable<string> {
  const key = instanceKey(agent);
  const instance = fleet.instances.get(key);
  if (instance === undefined || instance.epoch !== agent.epoch) return none;
  if (why === 'not_back' && instance.endReason !== 'collector_gone') return none; // it came back meanwhile
  if (clean || (why === 'past' && hasToldItsEnd(fleet, instance))) {
    fleet.instances.delete(key);
    if (!hasToldItsEnd(fleet, instance)) noteStop(fleet, entry, instance);
    return new Set(instance.byAddress.keys());
  }
  if (instance.connected) instance.connectionSinceAt = entry.at;
  instance.connected = false;
  longestLostAt.set(fleet, Math.min(longestLostAt.get(fleet) ?? -Infinity, instance.connectionSinceAt));
  instance.endReason = why;
  const kind = why === 'collector_gone' ? 'agent.awaited' : 'agent.lost';
  note(fleet, { id: entry.id, agent }, { kind, at: entry.at, ...(why === undefined ? {} : { why }) });
  return new Set(instance.byAddress.keys());
}

/** A process that ends by itself has time for a good-bye, but not for a last batch. */
function noteStop(fleet: Fleet, { id, at }: LogEntry, { service, instance }: Instance): void {
  addEvent(fleet, { id: `${id}.0`, at, service, instance, event: { kind: 'agent.stopped', at } });
}

function hasToldItsEnd({ events }: Fleet, { service, instance }: Instance): boolean {
  const last = events.findLast(
    (of) =>
      of.service === service &&
      of.instance === instance &&
      (of.event.kind === 'agent.stopped' || of.event.kind === 'agent.connected'),
  );
  return last?.event.kind === 'agent.stopped';
}

/** Instances that went without a word long ago make room: in a fleet that scales, names do not come back. */
function forgetLost(fleet: Fleet, now: number): void {
  if (now - (longestLostAt.get(fleet) ?? -Infinity) <= fleetLimits.lostForMs) return;
  let longestAt = Infinity;
  for (const [key, instance] of fleet.instances) {
    if (isForgotten(instance, now)) fleet.instances.delete(key);
    else if (!instance.connected) longestAt = Math.min(longestAt, instance.connectionSinceAt);
  }
  longestLostAt.set(fleet, longestAt);
}

/** No instance has been lost for longer. Without it each of a crowd that comes back looks at all others. */
const longestLostAt = new WeakMap<Fleet, number>();

export function isForgotten(instance: Instance, now: number): boolean {
  return !instance.connected && now - instance.connectionSinceAt > fleetLimits.lostForMs;
}

function foldDictionary(
  fleet: Fleet,
  agent: AgentIdentity,
  dictionary: DictionaryAddition,
): Iterable<string> {
  const instance = fleet.instances.get(instanceKey(agent));
  if (instance?.epoch === agent.epoch) addResources(instance, dictionary);
  return none;
}

function foldBatchEntry(fleet: Fleet, entry: LogEntry & { readonly type: 'batch' }): Iterable<string> {
  const instance = fleet.instances.get(instanceKey(entry.agent));
  if (instance === undefined || instance.epoch !== entry.agent.epoch) return none;
  instance.lastSeenAt = entry.at;
  const { touched, events } = foldBatch(instance, entry);
  instance.lagMs = Math.max(0, entry.at - newestAt(entry.batch) - clockCorrectionMs(instance));
  foldErrors(fleet.errors, { instance, batch: entry.batch, at: entry.at });
  for (const event of events) addEvent(fleet, event);
  return touched;
}

/** When the newest happened that a batch tells of, by the agent's clock. */
function newestAt(batch: Batch): number {
  const seconds = rowsIn(batch)?.second ?? [];
  let newest = 0;
  for (let row = 0; row < seconds.length; row++) newest = Math.max(newest, ((seconds[row] ?? 0) + 1) * 1_000);
  for (const { at } of batch.events) newest = Math.max(newest, at);
  return newest === 0 ? batch.sealedAt : newest;
}

function foldApplied(fleet: Fleet, entry: LogEntry & { readonly type: 'applied' }): Iterable<string> {
  const instance = fleet.instances.get(instanceKey(entry.agent));
  if (instance?.epoch !== entry.agent.epoch) return none;
  instance.appliedVersion = entry.version;
  instance.problems = entry.problems;
  return none;
}

function foldControl(fleet: Fleet, entry: LogEntry & ControlFact): Iterable<string> {
  fleet.desired = desiredAfter(fleet.desired, entry);
  const { type: _type, flag: _flag, breaker: _breaker, ...audit } = entry;
  keep<AuditEntry>(fleet.audit, audit, fleetLimits.audit);
  if (entry.action === 'audit.forked') noteFork(fleet, entry);
  const target = parseBreakerTarget(entry);
  return target === undefined ? none : new Set([target]);
}

function noteFork(fleet: Fleet, { id, at, target, from, to }: LogEntry & ControlFact): void {
  const [service = '', instance = ''] = target.split('@');
  const event: ConnectionEvent = { kind: 'audit.forked', at, detail: describeFork(from, to) };
  note(fleet, { id, agent: { service, instance } }, event);
}

/** Desired state after a control fact: what it sets replaces what stood for the same target. */
function desiredAfter(desired: DesiredState, fact: ControlFact): DesiredState {
  if (!isFlagAct(fact) && !isBreakerAct(fact)) return desired;
  const isFlag = isFlagAct(fact);
  const flags: FlagOverride[] = isFlag
    ? desired.flags.filter((flag) => flag.key !== fact.target)
    : [...desired.flags];
  const breakers = isFlag
    ? [...desired.breakers]
    : desired.breakers.filter((breaker) => breakerTarget(breaker) !== fact.target);
  if (fact.flag) flags.push(fact.flag);
  if (fact.breaker) breakers.push(fact.breaker);
  return { version: fact.version, flags, breakers };
}

/** How audit and desired state name a breaker: `service/name`, or `service@instance/name`. */
export function breakerTarget(of: {
  readonly service: string;
  readonly instance?: string | undefined;
  readonly name: string;
}): string {
  return of.instance === undefined ? `${of.service}/${of.name}` : `${of.service}@${of.instance}/${of.name}`;
}

function isFlagAct({ action }: ControlFact): boolean {
  return action.startsWith('flag.');
}

function isBreakerAct({ action }: ControlFact): boolean {
  return action.startsWith('breaker.');
}

function parseBreakerTarget(fact: ControlFact): string | undefined {
  if (!isBreakerAct(fact)) return undefined;
  const slash = fact.target.indexOf('/');
  const service = fact.target.slice(0, slash).split('@')[0] ?? '';
  return `${service}/circuit_breaker/${fact.target.slice(slash + 1)}`;
}

/** Notes what the collector itself saw of an agent. */
function note(
  fleet: Fleet,
  source: { readonly id: number; readonly agent: Pick<AgentIdentity, 'service' | 'instance'> },
  event: ConnectionEvent,
): Iterable<string> {
  const { service, instance } = source.agent;
  addEvent(fleet, { id: `${source.id}.0`, at: event.at, service, instance, event });
  return none;
}

function addEvent(fleet: Fleet, event: FleetEvent): void {
  keep(fleet.events, event, fleetLimits.events);
}

function keep<T>(list: T[], item: T, limit: number): void {
  list.push(item);
  if (list.length > limit) list.splice(0, list.length - limit);
}
