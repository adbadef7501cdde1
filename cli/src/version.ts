import { readFileSync } from 'node:fs';

/** The version of this package. It stands one folder above both the sources and the built file. */
export const version: string = readVersion(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

function readVersion(manifest: string): string {
  const { version: found }: { version?: unknown } = JSON.parse(manifest);
  return typeof found === 'string' ? found : 'unknown';
}
