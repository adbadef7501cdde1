import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Scope } from './scope.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A file system of its own whose power can be cut. */
export interface PowerCutDisk {
  /** Where it is mounted. */
  readonly folder: string;
  /**
   * Copies the disk as it is now, without what its file system has not written yet: what a power cut at this
   * moment would leave. Whoever writes there must stand still meanwhile. The copy becomes `folder` with
   * `switchToCut`.
   */
  cut(): void;
  /** Goes on from the copy, as after the power came back. Nobody may use the folder meanwhile. */
  switchToCut(): void;
}

/** Mounts an image of a file system until the scope ends. Needs what `testWhere('loop devices')` asks for. */
export async function powerCutDisk(scope: Scope, bytes = 268_435_456): Promise<PowerCutDisk> {
  const base = await temporaryFolder(scope);
  const folder = path.join(base, 'disk');
  const images = [path.join(base, 'image-0'), path.join(base, 'image-1')] as const;
  let current = 0;
  mkdirSync(folder);
  writeFileSync(images[0], '');
  truncateSync(images[0], bytes);
  run('mkfs.ext4', ['-q', images[0]]);
  const mount = (): void => run('mount', ['-o', `loop,${untouched}`, images[current === 0 ? 0 : 1], folder]);
  mount();
  scope.onEnd(() => run('umount', ['-l', folder]));
  const other = (): string => images[current === 0 ? 1 : 0];
  return {
    folder,
    cut: () => {
      rmSync(other(), { force: true });
      run('cp', ['--sparse=always', images[current === 0 ? 0 : 1], other()]);
    },
    switchToCut: () => {
      run('umount', [folder]);
      current = 1 - current;
      mount();
    },
  };
}

/** The file system writes nothing by itself while a copy is made. */
const untouched = 'noatime,commit=300';

function run(program: string, args: readonly string[]): void {
  execFileSync(program, args, { stdio: 'pipe' });
}
