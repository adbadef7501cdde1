import path from 'node:path';
import { startProcess } from '../../support/process.ts';
import { repository } from '../../support/product.ts';
import type { Scope } from '../../support/scope.ts';
import { waitFor } from '../../support/wait-for.ts';
import type { Counted } from '../../reliability/support/counting-agent.ts';

/** A real agent in a process of its own, that works when it is told to and says how its connection is. */
export interface LinkedService {
  readonly instance: string;
  /** What it did, as it counted itself. */
  counted(): Counted;
  isLive(): boolean;
  /** How often its connection became another one. */
  changeCount(): number;
  /** Makes 20 calls and a change of state, and waits until they are made. */
  work(): Promise<void>;
  /** Closes its agent and waits for the end of the process. */
  end(): Promise<void>;
}

export interface LinkedServiceOptions {
  readonly collector: string;
  readonly instance: string;
  readonly caFile?: string;
  /** What the command begins with, such as the namespace that it runs in. */
  readonly under?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts it; resolves once it runs, connected or not. */
export async function startLinkedService(
  scope: Scope,
  { collector, instance, caFile, under = [], env = {} }: LinkedServiceOptions,
): Promise<LinkedService> {
  const program = path.join(repository, 'test/long/programs/linked-service.mjs');
  const args = [program, collector, instance, ...(caFile === undefined ? [] : [caFile])];
  const cwd = path.join(repository, 'test');
  const service = startProcess(scope, [...under, process.execPath, ...args], { cwd, env });
  await service.waitForOutput('running');
  const lines = (): Line[] =>
    service
      .stdout()
      .split('\n')
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => JSON.parse(line) as Line); // as the program writes it
  const connections = (): Line[] => lines().filter((line) => line.connection !== undefined);
  const workCount = (): number => lines().filter((line) => line.done !== undefined).length;
  return {
    instance,
    counted: () =>
      lines().findLast((line) => line.done !== undefined)?.done ?? { calls: 0, failures: 0, transitions: 0 },
    isLive: () => connections().at(-1)?.connection === 'live',
    changeCount: () => connections().length,
    work: async () => {
      const before = workCount();
      service.signal('SIGUSR2');
      await waitFor(() => workCount() > before, { what: 'the work to be done', withinMs: 30_000 });
    },
    end: async () => {
      service.signal('SIGTERM');
      const { code } = await service.waitForExit(120_000);
      if (code !== 0 || lines().at(-1)?.pending !== 0)
        throw new Error(`it ended with ${code}: ${service.output()}`);
    },
  };
}

interface Line {
  readonly connection?: string;
  readonly done?: Counted;
  readonly pending?: number;
}
