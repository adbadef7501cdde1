import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import path from 'node:path';
import type { Scope } from './scope.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { waitFor } from './wait-for.ts';

export interface TerminalOptions {
  readonly command: readonly string[];
  /** Default 120. */
  readonly columns?: number;
  /** Default 40. */
  readonly rows?: number;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A program in a real terminal. */
export interface Terminal {
  /** Presses keys by tmux' names, one after the other: 'q', 'Down', 'Space', 'Enter', 'Escape', 'C-c'. */
  press(...keys: readonly string[]): Promise<void>;
  /** Types text as it stands. */
  type(text: string): Promise<void>;
  /** What the screen shows, a line a row, without colours. */
  screen(): Promise<string>;
  /** The same with the escape sequences of its colours. */
  screenWithColours(): Promise<string>;
  /** Waits until the screen shows it, and returns the screen; the error shows the screen instead. */
  waitForScreen(pattern: string | RegExp | ((screen: string) => boolean), withinMs?: number): Promise<string>;
  resize(columns: number, rows: number): Promise<void>;
  /** The program's exit code, 128 and more for a signal, or `undefined` while it runs. */
  exitCode(): Promise<number | undefined>;
}

const run = promisify(execFile);

/** Opens a terminal of its own tmux server, which ends with the scope, and runs a command in it. */
export async function openTerminal(scope: Scope, options: TerminalOptions): Promise<Terminal> {
  const { columns = 120, rows = 40 } = options;
  const socket = path.join(await temporaryFolder(scope), 'tmux');
  const tmux = async (...args: readonly string[]): Promise<string> => {
    const { stdout } = await run('tmux', ['-S', socket, '-f', '/dev/null', ...args]);
    return stdout;
  };
  const environment = Object.entries({ LANG: 'C.UTF-8', ...options.env }).flatMap(([k, v]) => [
    '-e',
    `${k}=${v}`,
  ]);
  const folder = options.cwd === undefined ? [] : ['-c', options.cwd];
  scope.onEnd(() => tmux('kill-server').then(noop, noop));
  // The server is set up with a pane of its own, so that the options hold before the program starts.
  await tmux('new-session', '-d', '-s', 'setup', 'sleep 600');
  await tmux('set-option', '-g', 'remain-on-exit', 'on');
  await tmux('set-option', '-g', 'status', 'off');
  await tmux('set-option', '-g', 'default-terminal', 'tmux-256color');
  await tmux('set-option', '-sg', 'escape-time', '0');
  const size = ['-x', String(columns), '-y', String(rows)];
  await tmux('new-session', '-d', '-s', 'main', ...size, ...folder, ...environment, ...options.command);
  await tmux('kill-session', '-t', 'setup');
  return terminalOver(tmux);
}

function terminalOver(tmux: (...args: readonly string[]) => Promise<string>): Terminal {
  const screen = (): Promise<string> => tmux('capture-pane', '-p', '-t', 'main');
  return {
    press: async (...keys) => {
      for (const key of keys) await tmux('send-keys', '-t', 'main', key);
    },
    type: async (text) => void (await tmux('send-keys', '-t', 'main', '-l', text)),
    screen,
    screenWithColours: () => tmux('capture-pane', '-p', '-e', '-t', 'main'),
    waitForScreen: (pattern, withinMs = 15_000) => waitForScreen(screen, pattern, withinMs),
    resize: async (columns, rows) => {
      await tmux('resize-window', '-t', 'main', '-x', String(columns), '-y', String(rows));
    },
    exitCode: async () => {
      await tmux('run-shell', 'true'); // makes the server look for children that have ended
      const format = '#{pane_dead_status}:#{pane_dead_signal}';
      const [status = '', signal = ''] = (await tmux('display-message', '-p', '-t', 'main', format))
        .trim()
        .split(':');
      if (status !== '') return Number(status);
      return signal === '' ? undefined : 128 + Number(signal);
    },
  };
}

async function waitForScreen(
  screen: () => Promise<string>,
  pattern: string | RegExp | ((screen: string) => boolean),
  withinMs: number,
): Promise<string> {
  let last = '';
  const shown = async (): Promise<string | undefined> => {
    last = await screen();
    return matches(last, pattern) ? last : undefined;
  };
  try {
    return await waitFor(shown, { what: String(pattern), withinMs, everyMs: 50 });
  } catch (cause) {
    throw new Error(`the screen did not show ${String(pattern)} within ${withinMs} ms:\n${last}`, { cause });
  }
}

function matches(screen: string, pattern: string | RegExp | ((screen: string) => boolean)): boolean {
  if (typeof pattern === 'string') return screen.includes(pattern);
  return typeof pattern === 'function' ? pattern(screen) : pattern.test(screen);
}

function noop(): void {
  // the server may have ended with its last session
}
