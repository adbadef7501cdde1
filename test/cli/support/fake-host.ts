import { systemClock, systemRandom } from '../../../cli/src/time/system-clock.ts';
import type { Host, Sink } from '../../../cli/src/host.ts';
import { run } from '../../../cli/src/run.ts';

export interface FakeHostOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Columns of a terminal; without them the output goes into a pipe. */
  readonly columns?: number;
  /** What the person answers; without it nobody is there to be asked. */
  readonly answer?: string;
}

/** A host that keeps what is written, in place of the process. */
export interface FakeHost extends Host {
  stdout(): string;
  stderr(): string;
  readonly questions: readonly string[];
  /** Ctrl-C. */
  interrupt(): void;
}

export function createFakeHost({ env = {}, columns, answer }: FakeHostOptions = {}): FakeHost {
  const said = { out: '', err: '' };
  const questions: string[] = [];
  const stop = new AbortController();
  const sink = (name: 'out' | 'err', width: number | undefined): Sink => ({
    write: (text) => void (said[name] += text),
    isTerminal: width !== undefined,
    columns: width,
    colorBits: 1,
  });
  return {
    env,
    out: sink('out', columns),
    err: sink('err', answer === undefined ? columns : 80),
    clock: systemClock,
    random: systemRandom,
    userName: 'tester',
    hasKeyboard: answer !== undefined,
    ask: (question) => {
      questions.push(question);
      return Promise.resolve(answer ?? '');
    },
    stopSignal: () => stop.signal,
    exitCode: 0,
    stdout: () => said.out,
    stderr: () => said.err,
    questions,
    interrupt: () => stop.abort(),
  };
}

/** Runs a command line against a collector, in this process. */
export async function runCommand(
  argv: readonly string[],
  options: FakeHostOptions & { readonly url?: string } = {},
): Promise<{ code: number; stdout: string; stderr: string; questions: readonly string[] }> {
  const env = options.url === undefined ? {} : { HOLDFAST_URL: options.url };
  const host = createFakeHost({ ...options, env: { ...env, ...options.env } });
  const code = await run(argv, host);
  return { code, stdout: host.stdout(), stderr: host.stderr(), questions: host.questions };
}
