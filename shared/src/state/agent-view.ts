import type { Fleet, Instance } from './fleet.ts';
import { isForgotten, isUnseenEnd } from './fold.ts';
import type { AgentView } from './views.ts';

/** What a batch a second is late anyway. */
const usualLagMs = 2_000;

export function agentViewsOf(fleet: Fleet, now: number): AgentView[] {
  return [...fleet.instances.values()]
    .filter((instance) => !isForgotten(instance, now))
    .map((instance) => agentViewOf(instance, fleet.desired.version))
    .sort(compareAgents);
}

/** The order of agents. */
export function compareAgents(a: AgentView, b: AgentView): number {
  return compare(a.service, b.service) || compare(a.instance, b.instance);
}

function agentViewOf(instance: Instance, desiredVersion: number): AgentView {
  const { version, environment, connected, dropped, problems, lagMs, connectionSinceAt } = instance;
  const isClean = connected || isUnseenEnd(instance);
  const lastUncleanEndAt = isClean ? instance.lastUncleanEndAt : connectionSinceAt;
  return {
    service: instance.service,
    instance: instance.instance,
    epoch: instance.epoch,
    ...(version === undefined ? {} : { version }),
    ...(environment === undefined ? {} : { environment }),
    tags: instance.tags,
    agentVersion: instance.agentVersion,
    connected,
    ...(instance.endReason === 'collector_gone' ? { awaited: true } : {}),
    connectionSinceAt,
    startedAt: instance.startedAt,
    lastSeenAt: instance.lastSeenAt,
    clockOffsetMs: instance.clockOffsetMs,
    droppedCount: Object.values(dropped).reduce((sum, count) => sum + count, 0),
    dropped,
    lagMs: lagMs < usualLagMs ? 0 : Math.floor(lagMs / 1_000) * 1_000,
    appliedVersion: instance.appliedVersion,
    desiredVersion,
    ...(problems.length === 0 ? {} : { problems }),
    uncleanEndCount: instance.uncleanEndCount + (isClean ? 0 : 1),
    ...(lastUncleanEndAt === undefined ? {} : { lastUncleanEndAt }),
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** How it stands to the collector, in one word. */
export function connectionWord({
  connected,
  awaited = false,
}: Pick<AgentView, 'connected' | 'awaited'>): 'connected' | 'awaited' | 'lost' {
  if (connected) return 'connected';
  return awaited ? 'awaited' : 'lost';
}

const notableSkewMs = 5_000;

/** Whether its clock is so far off, more than 5 s, that times on a screen are doubtful. */
export function isSkewed({ clockOffsetMs }: Pick<AgentView, 'clockOffsetMs'>): boolean {
  return Math.abs(clockOffsetMs) > notableSkewMs;
}
