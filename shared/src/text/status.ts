import { breakersOf } from '../state/select.ts';
import type { FleetEvent } from '../state/fleet.ts';
import type { FleetView, ResourceView } from '../state/views.ts';
import { formatDuration, plural } from './format.ts';

/** The one sentence, with the parts that it is made of. */
export interface StatusView {
  readonly level: 'empty' | 'calm' | 'degraded' | 'broken';
  readonly sentence: string;
  readonly breakerCount: number;
  /** Open by themselves. */
  readonly openCount: number;
  readonly heldOpenCount: number;
  readonly halfOpenCount: number;
  /** Held by a person so that every call goes through. */
  readonly bypassedCount: number;
  readonly degradedFlags: readonly string[];
  /** Set by a person. */
  readonly overriddenFlags: readonly string[];
  readonly unhealthyChecks: readonly string[];
  readonly lostAgents: readonly string[];
  /** Those that were connected when the collector itself went, and have not come back yet. */
  readonly awaitedAgents: readonly string[];
  readonly agentCount: number;
  /** When the last instance left, epoch milliseconds; absent while one is there, and where none ever was. */
  readonly lastLeftAt?: number;
  /** Since when it is as bad as it is. */
  readonly sinceAt?: number;
  /** The address of the breaker that went first, and why. */
  readonly firstAddress?: string;
  readonly cause?: string;
  /** Why the collector itself stores nothing now; absent while it does. */
  readonly problem?: string;
  /** The moment that it is of, epoch milliseconds; absent where it is of now. */
  readonly at?: number;
}

/**
 * What is wrong, since when, why, and what is degraded. The cause is that of the breaker that has been open
 * the longest: in a cascade the first to fail is nearest to the source.
 */
export function statusOf(view: FleetView, now: number): StatusView {
  const breakers = breakersOf(view.resources);
  const inState = (state: string): ResourceView[] =>
    breakers.filter((one) => one.breaker?.state === state && isKnown(one));
  const open = inState('open');
  const held = inState('forced_open');
  const probing = inState('half_open');
  const first = earliest(open) ?? earliest(probing) ?? earliest(held);
  const degraded = view.flags.filter((flag) => flag.reason === 'DEGRADED');
  const parts = {
    breakerCount: breakers.length,
    openCount: open.length,
    heldOpenCount: held.length,
    halfOpenCount: probing.length,
    bypassedCount: inState('disabled').length,
    degradedFlags: degraded.map((flag) => flag.key),
    overriddenFlags: view.flags.filter((flag) => flag.reason === 'OVERRIDE').map((flag) => flag.key),
    unhealthyChecks: view.resources.flatMap((one) =>
      one.health?.status === 'down' || one.health?.status === 'degraded'
        ? [`${one.service}/${one.name}`]
        : [],
    ),
    lostAgents: namesOf(view.agents.filter((agent) => !agent.connected && agent.awaited !== true)),
    awaitedAgents: namesOf(view.agents.filter((agent) => agent.awaited === true)),
    agentCount: view.agents.length,
  };
  const sinceAt = first === undefined ? degraded[0]?.sinceAt : sinceOf(first);
  const cause = first === undefined ? undefined : causeOf(first);
  const level = levelOf(parts);
  const left = level === 'empty' ? lastLeft(view) : undefined;
  return {
    level,
    sentence:
      level === 'empty'
        ? emptySentence(left, now)
        : sentenceOf({ level, knownCount: breakers.filter(isKnown).length, ...parts }, first, now),
    ...parts,
    ...(left === undefined ? {} : { lastLeftAt: left.at }),
    ...(sinceAt === undefined ? {} : { sinceAt }),
    ...(first === undefined ? {} : { firstAddress: first.address }),
    ...(cause === undefined ? {} : { cause }),
  };
}

/** Whether nothing has been seen yet: that is when a surface tells how to begin. */
export function isUntouched({ agents, resources, flags, errors, events }: FleetView): boolean {
  return [agents, resources, flags, errors, events].every((part) => part.length === 0);
}

type Parts = Pick<
  StatusView,
  | 'breakerCount'
  | 'openCount'
  | 'heldOpenCount'
  | 'halfOpenCount'
  | 'bypassedCount'
  | 'degradedFlags'
  | 'overriddenFlags'
  | 'unhealthyChecks'
  | 'lostAgents'
  | 'awaitedAgents'
  | 'agentCount'
>;

/** Of a resource without a connected instance nothing is known now. */
function isKnown({ staleCount, instanceCount }: ResourceView): boolean {
  return staleCount < instanceCount;
}

function namesOf(agents: FleetView['agents']): string[] {
  return agents.map(({ service, instance }) => `${service}@${instance}`);
}

/** How many instances are connected. */
function hereCount({ agentCount, lostAgents, awaitedAgents }: Parts): number {
  return agentCount - lostAgents.length - awaitedAgents.length;
}

function levelOf(parts: Parts): StatusView['level'] {
  if (parts.agentCount === 0) return 'empty';
  if (parts.openCount > 0) return 'broken';
  const troubles =
    parts.heldOpenCount +
    parts.halfOpenCount +
    parts.bypassedCount +
    parts.degradedFlags.length +
    parts.overriddenFlags.length +
    parts.unhealthyChecks.length +
    parts.lostAgents.length +
    (hereCount(parts) === 0 ? parts.awaitedAgents.length : 0);
  return troubles > 0 ? 'degraded' : 'calm';
}

/** The end of the instance that went last, whether it said good-bye or not. */
function lastLeft({ events }: FleetView): FleetEvent | undefined {
  return events.findLast(({ event }) => event.kind === 'agent.stopped' || event.kind === 'agent.lost');
}

function emptySentence(left: FleetEvent | undefined, now: number): string {
  if (left === undefined) return 'No agent has connected yet';
  const who = `${left.service}@${left.instance}`;
  return `No agent is connected · ${who} left last, ${formatDuration(now - left.at)} ago`;
}

function sentenceOf(
  { level, knownCount, ...parts }: Parts & Pick<StatusView, 'level'> & { readonly knownCount: number },
  first: ResourceView | undefined,
  now: number,
): string {
  const breakers = plural(parts.breakerCount, 'breaker');
  const said: string[] = [];
  if (level === 'calm')
    said.push(
      `All well: ${plural(knownCount, 'breaker')} passing calls in ${plural(hereCount(parts), 'instance')}`,
    );
  if (parts.openCount > 0) said.push(`${parts.openCount} of ${breakers} OPEN`);
  if (parts.heldOpenCount > 0) said.push(`${parts.heldOpenCount} held open`);
  if (parts.halfOpenCount > 0) said.push(`${parts.halfOpenCount} probing`);
  if (first?.breaker !== undefined) {
    const since = formatDuration(now - sinceOf(first));
    said.push(`${first.service}/${first.name} for ${since}`);
    const cause = causeOf(first);
    if (cause !== undefined) said.push(`cause: ${cause}`);
  }
  if (parts.bypassedCount > 0) said.push(`${parts.bypassedCount} bypassed by hand`);
  const told = [
    namedFew(parts.degradedFlags, 'flag', 'degraded'),
    namedFew(parts.overriddenFlags, 'flag', 'set by hand'),
    namedFew(parts.unhealthyChecks, 'health check', 'not up'),
    namedFew(parts.lostAgents, 'instance', 'lost'),
    namedFew(parts.awaitedAgents, 'instance', 'awaited'),
  ];
  return [...said, ...told.filter((one) => one !== undefined)].join(' · ');
}

/** "1 flag degraded: pay", "3 flags degraded: pay, ship, …"; nothing where there is none. */
function namedFew(names: readonly string[], noun: string, state: string): string | undefined {
  if (names.length === 0) return undefined;
  const more = names.length > 2 ? ', …' : '';
  return `${plural(names.length, noun)} ${state}: ${names.slice(0, 2).join(', ')}${more}`;
}

function causeOf(resource: ResourceView): string | undefined {
  return resource.breaker?.troubleCause ?? resource.breaker?.cause;
}

function earliest(resources: readonly ResourceView[]): ResourceView | undefined {
  return resources.reduce<ResourceView | undefined>(
    (first, one) => (first === undefined || sinceOf(one) < sinceOf(first) ? one : first),
    undefined,
  );
}

function sinceOf(resource: ResourceView): number {
  return resource.breaker?.troubledSinceAt ?? resource.breaker?.sinceAt ?? Number.POSITIVE_INFINITY;
}
