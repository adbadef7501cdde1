import { show } from '@holdfast/shared';

export type Config = Record<string, string | number | boolean>;

/** Options as people read them: flat, with a dot for each level, and functions only named as such. */
export function describeConfig(options: object, place = '', config: Config = {}): Config {
  for (const [name, value] of Object.entries(options)) {
    const path = `${place}${name}`;
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      config[path] = value;
    else if (typeof value === 'object' && value !== null && !Array.isArray(value))
      describeConfig(value, `${path}.`, config);
    else if (value !== undefined) config[path] = show(value);
  }
  return config;
}
