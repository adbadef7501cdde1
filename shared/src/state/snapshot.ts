import type { FlagLevel } from '../wire/messages.ts';
import type { ErrorGroup, Fleet, Instance, Resource } from './fleet.ts';
import { RecentSeconds } from './recent-seconds.ts';

/**
 * A fleet as JSON. The last minute's seconds are left out, and only since when there are any is told: a
 * minute of log refills them, or whoever keeps seconds elsewhere.
 */
export function snapshotOf(fleet: Fleet): FleetSnapshot {
  return {
    ...fleet,
    instances: [...fleet.instances.values()].map(snapshotInstance),
    errors: [...fleet.errors],
  };
}

/** The fleet of a snapshot that `snapshotOf` made; the snapshot must not be used afterwards. */
export function fleetFrom(snapshot: FleetSnapshot): Fleet {
  const instances = snapshot.instances.map((instance): [string, Instance] => {
    const { all, recentSince = [], known, flags, ...rest } = instance;
    const resources = all.map(
      (resource, index): Resource => ({
        ...resource,
        recent: new RecentSeconds(recentSince[index] || undefined),
      }),
    );
    const byAddress = new Map(resources.map((resource) => [resource.address, resource]));
    const present = known.flatMap((address) => byAddress.get(address) ?? []);
    const flagsByKey = new Map(flags.map((flag) => [flag.flag, flag]));
    return [
      `${rest.service}@${rest.instance}`,
      { ...rest, resources: present, byAddress, flags: flagsByKey },
    ];
  });
  return { ...snapshot, instances: new Map(instances), errors: new Map(snapshot.errors) };
}

export interface FleetSnapshot extends Omit<Fleet, 'instances' | 'errors'> {
  readonly instances: readonly InstanceSnapshot[];
  readonly errors: readonly (readonly [key: string, ErrorGroup])[];
}
interface InstanceSnapshot extends Omit<Instance, 'resources' | 'byAddress' | 'flags'> {
  readonly all: readonly Omit<Resource, 'recent'>[];
  /** Of each the first of its last minute's seconds, 0 for none; absent from what older versions wrote. */
  readonly recentSince?: readonly number[];
  /** Addresses by their number in the dictionary. */
  readonly known: readonly string[];
  readonly flags: readonly FlagLevel[];
}

function snapshotInstance(instance: Instance): InstanceSnapshot {
  const { resources, byAddress, flags, ...rest } = instance;
  return {
    ...rest,
    all: [...byAddress.values()].map(({ recent: _recent, ...resource }) => resource),
    recentSince: [...byAddress.values()].map(({ recent }) =>
      Number.isFinite(recent.since) ? recent.since : 0,
    ),
    known: resources.map((resource) => resource.address),
    flags: [...flags.values()],
  };
}
