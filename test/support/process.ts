import { spawn, type ChildProcess } from 'node:child_process';
import { livingMembersOf } from './process-table.ts';
import type { Scope } from './scope.ts';
import { realTime } from './time.ts';
import { waitFor } from './wait-for.ts';

export interface ProcessOptions {
  readonly cwd?: string;
  /** Added to this process's environment; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export interface ExitStatus {
  /** `undefined` when a signal ended it. */
  readonly code: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
}

/** A process in a group of its own, as a shell starts it. */
export interface RunningProcess {
  readonly pid: number;
  /** Settles once the process has ended and its output has been read. */
  readonly exited: Promise<ExitStatus>;
  stdout(): string;
  stderr(): string;
  /** Both streams in the order in which they arrived. */
  output(): string;
  /** Waits for the text in the output; the error shows the output instead. */
  waitForOutput(pattern: string | RegExp, withinMs?: number): Promise<string>;
  /** Ctrl-C: SIGINT to the whole group, as a terminal sends it. */
  interrupt(): void;
  /** To this process alone. */
  signal(signal: NodeJS.Signals): void;
  /** The ids of what lives of the group: the process itself and the children that share its group. */
  livingPids(): number[];
  /** Waits for the end; fails with the output when it does not come. */
  waitForExit(withinMs?: number): Promise<ExitStatus>;
}

/** Starts a program. The scope's end kills what is left of its group. */
export function startProcess(
  scope: Scope,
  command: readonly string[],
  options: ProcessOptions = {},
): RunningProcess {
  const [program, ...rest] = command;
  if (program === undefined) throw new TypeError('a command needs a program');
  const child = spawn(program, rest, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const { pid } = child;
  if (pid === undefined) {
    child.on('error', () => {}); // told below
    throw new Error(`could not start ${command.join(' ')} in ${options.cwd ?? process.cwd()}`);
  }
  scope.onEnd(() => endGroup(pid));
  return observe(child, pid, command.join(' '));
}

/** Runs a program to its end and returns what it said, whatever its exit code. */
export async function runToEnd(
  scope: Scope,
  command: readonly string[],
  options: ProcessOptions & { readonly withinMs?: number } = {},
): Promise<ExitStatus & { readonly stdout: string; readonly stderr: string }> {
  const running = startProcess(scope, command, options);
  const status = await running.waitForExit(options.withinMs ?? 60_000);
  return { ...status, stdout: running.stdout(), stderr: running.stderr() };
}

function observe(child: ChildProcess, pid: number, name: string): RunningProcess {
  const said = { stdout: '', stderr: '', both: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    said.stdout += text;
    said.both += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said.stderr += text;
    said.both += text;
  });
  const exited = new Promise<ExitStatus>((resolve) => {
    child.once('close', (code, signal) => resolve({ code: code ?? undefined, signal: signal ?? undefined }));
  });
  let end: ExitStatus | undefined;
  void exited.then((status) => (end = status));
  const failure = (what: string): Error => new Error(`${name}: ${what}; it said:\n${said.both}`);
  return {
    pid,
    exited,
    stdout: () => said.stdout,
    stderr: () => said.stderr,
    output: () => said.both,
    waitForOutput: async (pattern, withinMs = 20_000) => {
      const isThere = (): boolean => includes(said.both, pattern);
      await waitFor(() => isThere() || end, { what: String(pattern), withinMs }).catch(() => {});
      if (!isThere()) throw failure(`${end ? 'ended' : `${withinMs} ms passed`} without ${String(pattern)}`);
      return said.both;
    },
    interrupt: () => sendSignal(-pid, 'SIGINT'),
    signal: (signal) => sendSignal(pid, signal),
    livingPids: () => livingMembersOf(pid),
    waitForExit: (withinMs = 20_000) =>
      waitFor(() => end, { what: 'the end', withinMs }).catch(() => {
        throw failure(`still runs after ${withinMs} ms`);
      }),
  };
}

function includes(text: string, pattern: string | RegExp): boolean {
  return typeof pattern === 'string' ? text.includes(pattern) : pattern.test(text);
}

async function endGroup(pid: number): Promise<void> {
  sendSignal(-pid, 'SIGTERM');
  const deadline = realTime.monotonic() + 3_000;
  while (livingMembersOf(pid).length > 0 && realTime.monotonic() < deadline) await realTime.sleep(20);
  sendSignal(-pid, 'SIGKILL');
}

/** A target that has ended already is no error. */
function sendSignal(target: number, signal: NodeJS.Signals): void {
  try {
    process.kill(target, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
