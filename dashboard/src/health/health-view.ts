import type { HealthStatus, HealthView, ResourceView } from '@holdfast/shared';

/** A health check with what is to be shown of it. */
export interface Check {
  readonly resource: ResourceView;
  readonly health: HealthView;
  /** `unknown` where no instance is connected. */
  readonly status: HealthStatus;
}

/** The checks of a service that are up, by name. */
export interface PassingChecks {
  readonly service: string;
  readonly names: readonly string[];
}

export interface HealthSummary {
  /** Whatever is not up, the worst first. */
  readonly failing: readonly Check[];
  readonly passing: readonly PassingChecks[];
}

/** Sets apart what needs a look from what is well, which takes one line a service. */
export function healthSummary(resources: readonly ResourceView[]): HealthSummary {
  const checks = resources.flatMap(checkOf);
  const failing = checks.filter((check) => check.status !== 'up').sort(worstFirst);
  const names = new Map<string, string[]>();
  for (const { resource, status } of checks) {
    if (status !== 'up') continue;
    names.set(resource.service, [...(names.get(resource.service) ?? []), resource.name]);
  }
  const passing = [...names].map(([service, own]) => ({ service, names: own.sort() }));
  return { failing, passing: passing.sort((a, b) => a.service.localeCompare(b.service)) };
}

function checkOf(resource: ResourceView): Check[] {
  const { health } = resource;
  if (health === undefined) return [];
  const isUnknown = resource.staleCount >= resource.instanceCount;
  return [{ resource, health, status: isUnknown ? 'unknown' : health.status }];
}

const rank = { down: 0, degraded: 1, unknown: 2, up: 3 } as const;

function worstFirst(a: Check, b: Check): number {
  return rank[a.status] - rank[b.status] || a.resource.address.localeCompare(b.resource.address);
}
