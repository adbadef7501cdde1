import { type AuditEntry, type FleetEvent, fleetLimits } from '../state/fleet.ts';
import type { AgentView, ErrorView, FlagView, FleetView, ResourceView } from '../state/views.ts';

/** What `/api/v1/live` sends: the whole once, then what changed since the message before. */
export type LiveMessage = LiveSnapshot | LiveDelta;

export interface LiveSnapshot {
  readonly type: 'snapshot';
  readonly view: FleetView;
}

export interface LiveDelta {
  readonly type: 'delta';
  /** The collector's clock; a reader measures freshness by it. A delta comes at least once a second. */
  readonly at: number;
  /** Replaced or new, by address. */
  readonly resources?: readonly ResourceView[];
  readonly removed?: readonly string[];
  /** The whole list, where anything in it changed. */
  readonly flags?: readonly FlagView[];
  readonly errors?: readonly ErrorView[];
  readonly agents?: readonly AgentView[];
  /** New ones, oldest first. */
  readonly events?: readonly FleetEvent[];
  readonly audit?: readonly AuditEntry[];
}

/** The view after a message. Parts that did not change stay the same objects. */
export function applyLive(view: FleetView, message: LiveMessage): FleetView {
  if (message.type === 'snapshot') return message.view;
  return {
    at: message.at,
    resources: mergeResources(view.resources, message),
    flags: message.flags ?? view.flags,
    errors: message.errors ?? view.errors,
    agents: message.agents ?? view.agents,
    events: append(view.events, message.events, fleetLimits.events),
    audit: append(view.audit, message.audit, fleetLimits.audit),
  };
}

export const emptyView: FleetView = {
  at: 0,
  resources: [],
  flags: [],
  errors: [],
  agents: [],
  events: [],
  audit: [],
};

function append<T>(list: readonly T[], added: readonly T[] | undefined, kept: number): readonly T[] {
  return added === undefined || added.length === 0 ? list : [...list, ...added].slice(-kept);
}

function mergeResources(present: readonly ResourceView[], delta: LiveDelta): readonly ResourceView[] {
  if (delta.resources === undefined && delta.removed === undefined) return present;
  const byAddress = new Map(present.map((resource) => [resource.address, resource]));
  for (const address of delta.removed ?? []) byAddress.delete(address);
  for (const resource of delta.resources ?? []) byAddress.set(resource.address, resource);
  return [...byAddress.values()];
}
