import type { AgentView, FlagView, FleetView, ResourceView } from '../state/views.ts';

/** What stands around a thing, as far as a filter asks for it. */
export interface FilterContext {
  resource(address: string): ResourceView | undefined;
  resourcesOf(service: string): readonly ResourceView[];
  agentsOf(service: string): readonly AgentView[];
  flagsOf(service: string): readonly FlagView[];
  flag(key: string): FlagView | undefined;
}

/** The surroundings in a view, each part looked through once, and only when it is asked for. */
export function filterContextOf(view: Pick<FleetView, 'resources' | 'flags' | 'agents'>): FilterContext {
  const byAddress = once(() => new Map(view.resources.map((one) => [one.address, one])));
  const byKey = once(() => new Map(view.flags.map((one) => [one.key, one])));
  const resources = once(() => grouped(view.resources, ({ service }) => [service]));
  const agents = once(() => grouped(view.agents, ({ service }) => [service]));
  const flags = once(() => grouped(view.flags, ({ services }) => services));
  return {
    resource: (address) => byAddress().get(address),
    resourcesOf: (service) => resources().get(service) ?? [],
    agentsOf: (service) => agents().get(service) ?? [],
    flagsOf: (service) => flags().get(service) ?? [],
    flag: (key) => byKey().get(key),
  };
}

function once<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

function grouped<T>(items: readonly T[], keysOf: (item: T) => readonly string[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    for (const key of keysOf(item)) {
      const known = groups.get(key);
      if (known === undefined) groups.set(key, [item]);
      else known.push(item);
    }
  }
  return groups;
}
