import type { ResourceDescriptor } from '../wire/messages.ts';
import type { Instance, Resource } from './fleet.ts';

type Setting = NonNullable<ResourceDescriptor['config']>[string];

/** Something in which the instances of a resource are not alike. */
export interface Difference {
  /** `state` of a breaker, `status` of a health check, else a setting as `config.NAME`. */
  readonly what: string;
  /** Those of most instances first, at most `differenceLimits.values`. */
  readonly values: readonly DifferentValue[];
}

export interface DifferentValue {
  /** Absent for instances that have no such setting. */
  readonly value?: Setting;
  readonly instanceCount: number;
  /** Their names, sorted, at most `differenceLimits.instances`. */
  readonly instances: readonly string[];
}

/** How much is told of differences: `settings` of a resource, `values` of each, `instances` a value. */
export const differenceLimits = { settings: 16, values: 4, instances: 4 } as const;

/** A resource as one instance has it. */
export interface Placed {
  readonly instance: Instance;
  readonly resource: Resource;
}

/** In what the instances differ, their state first, then settings by name; `undefined` where they do not. */
export function differencesOf(placed: readonly Placed[]): Difference[] | undefined {
  const found = [
    differenceIn(placed, 'state', ({ breaker }) => breaker?.state),
    differenceIn(placed, 'status', ({ health }) => health?.status),
  ].filter((one) => one !== undefined);
  for (const name of unequalSettings(placed).slice(0, differenceLimits.settings)) {
    const difference = differenceIn(placed, `config.${name}`, ({ descriptor }) => descriptor.config?.[name]);
    if (difference !== undefined) found.push(difference);
  }
  return found.length === 0 ? undefined : found;
}

/** Compares with the first only: for most resources that is all there is to do. */
function unequalSettings([first, ...others]: readonly Placed[]): string[] {
  const config = first?.resource.descriptor.config ?? {};
  const names = new Set<string>();
  for (const { resource } of others) {
    const other = resource.descriptor.config ?? {};
    for (const name in other) if (other[name] !== config[name]) names.add(name);
    for (const name in config) if (!(name in other)) names.add(name);
  }
  return [...names].sort();
}

function differenceIn(
  placed: readonly Placed[],
  what: string,
  valueOf: (resource: Resource) => Setting | undefined,
): Difference | undefined {
  const [first] = placed;
  if (first === undefined) return undefined;
  const usual = valueOf(first.resource);
  if (placed.every(({ resource }) => valueOf(resource) === usual)) return undefined;
  const byValue = new Map<Setting | undefined, string[]>();
  for (const { instance, resource } of placed) {
    const value = valueOf(resource);
    const names = byValue.get(value);
    if (names === undefined) byValue.set(value, [instance.instance]);
    else names.push(instance.instance);
  }
  const values = [...byValue]
    .sort(([a, of], [b, others]) => others.length - of.length || (`${a}` < `${b}` ? -1 : 1))
    .slice(0, differenceLimits.values)
    .map(([value, names]) => ({
      ...(value === undefined ? {} : { value }),
      instanceCount: names.length,
      instances: names.sort().slice(0, differenceLimits.instances),
    }));
  return { what, values };
}
