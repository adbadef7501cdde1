import { cp, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { runToEnd } from '../../support/process.ts';
import { repository } from '../../support/product.ts';
import type { Scope } from '../../support/scope.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** A folder as `npm init` leaves it. */
export async function emptyProject(scope: Scope): Promise<string> {
  const folder = await temporaryFolder(scope);
  await writeFile(
    path.join(folder, 'package.json'),
    '{ "name": "empty", "version": "1.0.0", "private": true }\n',
  );
  return folder;
}

/**
 * Packs a built workspace and installs the tarball as a user would, but without its optional dependency:
 * `sqlite3` is compiled for minutes where no binary fits.
 */
export async function installTarball(
  scope: Scope,
  { workspace, folder }: { readonly workspace: 'agent' | 'cli'; readonly folder: string },
): Promise<void> {
  const shelf = await temporaryFolder(scope);
  const pack = ['npm', 'pack', '--json', '--pack-destination', shelf];
  const [packed] = JSON.parse(await npm(scope, pack, path.join(repository, workspace))) as {
    filename: string;
  }[];
  const tarball = path.join(shelf, packed?.filename ?? '');
  const install = [
    'npm',
    'install',
    '--omit=optional',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    tarball,
  ];
  await npm(scope, install, folder);
}

/**
 * Puts this repository's compiled `sqlite3`, and the two packages that it needs to run, into an installed
 * folder.
 */
export async function addCompiledSqlite(folder: string): Promise<void> {
  const parts = ['sqlite3/package.json', 'sqlite3/lib', 'sqlite3/build/Release/node_sqlite3.node'];
  for (const part of [...parts, 'bindings', 'file-uri-to-path']) {
    const target = path.join(folder, 'node_modules', part);
    await mkdir(path.dirname(target), { recursive: true });
    await cp(path.join(repository, 'node_modules', part), target, { recursive: true });
  }
}

/** The place of the repository, which an outer npm passes on, would lead the inner one astray. */
async function npm(scope: Scope, command: readonly string[], cwd: string): Promise<string> {
  const env = { npm_config_local_prefix: undefined };
  const { code, stdout, stderr } = await runToEnd(scope, command, { cwd, env, withinMs: 170_000 });
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}:\n${stderr}`);
  return stdout;
}
