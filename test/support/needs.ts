import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'vitest';
import { tryLibfaketime } from './libfaketime.ts';

declare module 'vitest' {
  interface TaskMeta {
    /** What the machine lacks for a test that was left out; `npm test` names it in its closing lines. */
    lacks?: string;
  }
}

/** What not every machine can do. */
export type Need =
  | 'small disks'
  | 'loop devices'
  | 'network namespaces'
  | 'root'
  | 'openssl'
  | 'libfaketime'
  | '/proc';

/** What not every machine can do, by its name, with what tries it and throws where it cannot be done. */
export interface OwnNeed {
  readonly name: string;
  readonly attempt: () => void;
}

/** So many files and connections at once in one process; Node takes as many as the hard limit allows. */
export function openFiles(count: number): OwnNeed {
  const attempt = (): void => {
    const limit = execFileSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }).trim();
    if (limit !== 'unlimited' && Number(limit) < count) throw new Error(`ulimit -Hn is ${limit}`);
  };
  return { name: `${count} open files`, attempt };
}

/** Each tries what the tests do and throws where it cannot be done. */
const attempts: Readonly<Record<Need, () => void>> = {
  'small disks': () =>
    inFolder((folder) => {
      run('mount', ['-t', 'tmpfs', '-o', 'size=1048576', 'tmpfs', folder]);
      run('umount', [folder]);
    }),
  'loop devices': () => inFolder(mountImage),
  'network namespaces': () => {
    const name = `holdfast-${process.pid}`;
    run('ip', ['netns', 'add', name]);
    try {
      run('ip', ['-n', name, 'link', 'add', 'near', 'type', 'veth', 'peer', 'name', 'far']);
    } finally {
      run('ip', ['netns', 'delete', name]);
    }
  },
  root: () => {
    if (process.getuid?.() !== 0) throw new Error('this is another user');
  },
  openssl: () => run('openssl', ['version']),
  libfaketime: tryLibfaketime,
  '/proc': () => readFileSync('/proc/self/status'),
};

const found = new Map<string, string | undefined>();

/**
 * A test for machines that can do what it needs. Elsewhere it is skipped, and the closing lines of `npm test`
 * and `npm run test:long` say its name and what was missing.
 *
 * @returns what declares the test: its title, what it does, and its time limit in milliseconds.
 */
export function testWhere(
  ...needs: readonly (Need | OwnNeed)[]
): (title: string, run: (context: TestContext) => unknown, timeoutMs?: number) => void {
  const lacks = needs.map((need) => lackOf(need)).find((lack) => lack !== undefined);
  return (title, run, timeoutMs) => {
    const limit = timeoutMs === undefined ? {} : { timeout: timeoutMs };
    if (lacks === undefined) test(title, limit, run);
    else test(title, { skip: true, meta: { lacks } }, run);
  };
}

function lackOf(need: Need | OwnNeed): string | undefined {
  const { name, attempt } = typeof need === 'string' ? { name: need, attempt: attempts[need] } : need;
  if (!found.has(name)) found.set(name, failureOf(name, attempt));
  return found.get(name);
}

function failureOf(name: string, attempt: () => void): string | undefined {
  try {
    attempt();
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return `${name} (${reason.trim().split('\n').at(-1) ?? ''})`;
  }
}

function mountImage(folder: string): void {
  const image = path.join(folder, 'image');
  const mountPoint = path.join(folder, 'mounted');
  run('mkdir', [mountPoint]);
  writeFileSync(image, '');
  truncateSync(image, 4 * 1_024 * 1_024);
  run('mkfs.ext4', ['-q', image]);
  run('mount', ['-o', 'loop', image, mountPoint]);
  run('umount', [mountPoint]);
}

function inFolder(use: (folder: string) => void): void {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-need-'));
  try {
    use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(program: string, args: readonly string[]): void {
  execFileSync(program, args, { stdio: 'pipe' });
}
