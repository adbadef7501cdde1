import { show } from '@holdfast/shared';

export type Config = Record<string, string | number | boolean>;

/** Options as people read them: flat, with a dot for each level, and functions only named as such. */
export function describeConfig(options: object): Config {
  return Object.fromEntries(entriesOf(options, '').slice(0, maxEntries));
}

function entriesOf(options: object, place: string): [string, Config[string]][] {
  return Object.entries(options).flatMap(([name, value]) => {
    const path = `${place}${name}`;
    if (value === undefined) return [];
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      return [[path, value]];
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? entriesOf(value, `${path}.`)
      : [[path, show(value)]];
  });
}

/** What the wire takes. */
const maxEntries = 32;

/** What differs between two sets of options, a line each: `failureRatio: 0.5 → 0.2`. */
export function configChanges(before: object, after: object): string[] {
  const was = describeConfig(before);
  const is = describeConfig(after);
  return [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .filter((name) => was[name] !== is[name])
    .map((name) => `${name}: ${was[name] ?? 'none'} → ${is[name] ?? 'none'}`);
}
