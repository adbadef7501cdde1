import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { crc32 } from 'node:zlib';
import { codeOf, isGone } from './errors.ts';

/**
 * Names an agent so that others can see whether its process still runs: process id, when it was started, a
 * hash of where ids mean the same (the machine since it was started, and the container), and the epoch, by
 * which the agents of one process differ.
 */
export async function ownerName(epoch: string): Promise<string> {
  const start = await startOf(process.pid).catch(() => undefined);
  return `${process.pid}-${start ?? 0}-${await place()}-${epoch}`;
}

/** Whether both are agents of one process, perhaps of different threads. */
export function isSameProcess(owner: string, other: string): boolean {
  const processOf = (name: string): string => name.split('-', 3).join();
  return processOf(owner) === processOf(other);
}

/**
 * Whether the process of that name runs; `undefined` where that cannot be seen from here. Rejects where it
 * cannot be seen for a moment, where no file can be opened for instance.
 */
export async function isRunning(owner: string): Promise<boolean | undefined> {
  const [pid, start, where] = owner.split('-');
  if (where !== (await place())) return undefined;
  if (start !== '0') return (await startOf(Number(pid))) === start;
  return exists(Number(pid)) ? undefined : false; // another may have got the id since
}

/** When a process was started, in ticks, as Linux tells it; `undefined` where there is none that lives. */
async function startOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch((error: unknown) => {
    if (isGone(error)) return '';
    throw error;
  });
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return state === 'Z' || state === 'X' ? undefined : fields[18];
}

async function place(): Promise<string> {
  return (known ??= await lookUpPlace());
}

/** Asked once: what changes here is only whether it can be read. */
let known: string | undefined;

async function lookUpPlace(): Promise<string> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'latin1').catch(() => hostname());
  const ids = await readlink('/proc/self/ns/pid').catch(() => '');
  return crc32(boot + ids).toString(16);
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
}
