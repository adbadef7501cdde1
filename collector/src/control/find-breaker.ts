import {
  type BreakerState,
  type Fleet,
  instanceKey,
  nearestFew,
  resourceViewOf,
  resourceViewsOf,
  show,
} from '@holdfast/shared';
import { done, type Outcome, refused } from '../refusal.ts';

export interface BreakerPlace {
  readonly service: string;
  readonly kind: string;
  readonly name: string;
  readonly instance?: string;
}

/** The state of a breaker, or of one instance's; refuses what is not there or is no breaker. */
export function findBreaker(fleet: Fleet, place: BreakerPlace, now: number): Outcome<BreakerState> {
  const address = `${place.service}/${place.kind}/${place.name}`;
  const view = resourceViewOf(fleet, address, now);
  if (view === undefined) return unknownResource(fleet, address, now);
  if (view.kind !== 'circuit_breaker') {
    return refused('bad_input', `only a circuit_breaker can be overridden, ${address} is a ${view.kind}`, {
      field: 'kind',
    });
  }
  if (place.instance === undefined) return done(view.breaker?.state ?? 'closed');
  const { service, instance } = place;
  const resource = fleet.instances.get(instanceKey({ service, instance }))?.byAddress.get(address);
  if (resource !== undefined) return done(resource.breaker?.state ?? 'closed');
  const having = [...fleet.instances.values()].filter((one) => one.byAddress.has(address));
  const names = having.map((one) => one.instance);
  return refused('unknown', `no instance ${show(instance)} of ${service} has ${address}`, {
    nearest: nearestFew(instance, names),
  });
}

/** Says that there is no such resource, and which may have been meant. */
export function unknownResource(fleet: Fleet, address: string, now: number): Outcome<never> {
  const addresses = resourceViewsOf(fleet, now).map((resource) => resource.address);
  return refused('unknown', `no instance has a resource ${show(address)}`, {
    nearest: nearestFew(address, addresses),
  });
}
