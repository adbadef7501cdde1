import { userInfo } from 'node:os';
import { createInterface } from 'node:readline/promises';
import type { WriteStream } from 'node:tty';
import { exitCodes } from './exit-codes.ts';
import type { Host, Sink } from './host.ts';
import { systemClock, systemRandom } from './time/system-clock.ts';

/** The process as it is. */
export function createSystemHost(): Host {
  let stopping: AbortController | undefined;
  return {
    env: process.env,
    out: sinkOf(process.stdout),
    err: sinkOf(process.stderr),
    clock: systemClock,
    random: systemRandom,
    userName: userName(),
    hasKeyboard: process.stdin.isTTY,
    ask,
    stopSignal() {
      stopping ??= abortedBySignals();
      return stopping.signal;
    },
    exitCode: exitCodes.ok,
  };
}

function sinkOf(stream: WriteStream): Sink {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
    process.exit(); // whoever read has seen enough, as with `| head`, or the terminal is gone
  });
  return {
    write: (text) => void stream.write(text),
    get isTerminal() {
      return stream.isTTY;
    },
    get columns() {
      return stream.isTTY ? stream.columns : undefined;
    },
    get colorBits() {
      return stream.isTTY ? stream.getColorDepth() : 1;
    },
  };
}

/** The first signal asks politely; a second ends the process at once. */
function abortedBySignals(): AbortController {
  const controller = new AbortController();
  let firstAt: number | undefined;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      const now = systemClock.monotonic();
      firstAt ??= now;
      if (now - firstAt > sameSignalMs) process.exit(exitCodes.interrupted);
      controller.abort();
    });
  }
  return controller;
}

/** npm passes on a Ctrl-C that the terminal has sent to this process already: that is no second one. */
const sameSignalMs = 500;

async function ask(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await new Promise<string>((resolve, reject) => {
      lines.once('close', () => resolve(''));
      lines.question(question).then(resolve, reject);
    });
  } finally {
    lines.close();
  }
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return process.env['USER'] || 'unknown'; // a container's user id without an entry in /etc/passwd
  }
}
