import { type ChildProcess, fork } from 'node:child_process';
import type { Scope } from '../../support/scope.ts';
import { waitFor } from '../../support/wait-for.ts';

export interface ServiceProcess {
  readonly url: string;
  readonly controlUrl: string;
  readonly child: ChildProcess;
  /** Everything it has sent over its channel. */
  readonly messages: Readonly<Record<string, unknown>>[];
  /** `code null` after a signal. */
  readonly exited: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

/** Forks a built service, as a supervisor does, and waits until it listens. */
export async function startServiceProcess(
  scope: Scope,
  program: string,
  env: Readonly<Record<string, string>> = {},
): Promise<ServiceProcess> {
  const child = fork(program, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let complaints = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  scope.onEnd(() => void child.kill('SIGKILL'));
  const messages: Readonly<Record<string, unknown>>[] = [];
  child.on('message', (message) => {
    if (typeof message === 'object' && message !== null) messages.push({ ...message });
  });
  const exited = new Promise<Awaited<ServiceProcess['exited']>>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  const greeting = (): Readonly<Record<string, unknown>> | undefined =>
    messages.find(({ type }) => type === 'listening');
  await waitFor(() => greeting() ?? child.exitCode !== null, { what: `${program} to listen or end` });
  const hello = greeting();
  if (hello === undefined) throw new Error(complaints.trim());
  return { url: String(hello['url']), controlUrl: String(hello['controlUrl']), child, messages, exited };
}
