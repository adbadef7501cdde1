import { mkdir } from 'node:fs/promises';
import path from 'node:path';

/**
 * Makes a folder and those above it, where they are not there, for this user alone. One by one: what Node
 * does where it is to make them all never ends below `/proc`.
 */
export async function makeFolder(folder: string): Promise<void> {
  let made = '';
  let failure: unknown;
  for (const part of path.resolve(folder).split(path.sep)) {
    made += part + path.sep;
    failure = await mkdir(made, { mode: 0o700 }).then(
      () => undefined,
      (error: unknown) => error,
    );
  }
  if (failure !== undefined && !(failure instanceof Error && 'code' in failure && failure.code === 'EEXIST'))
    throw failure;
}
