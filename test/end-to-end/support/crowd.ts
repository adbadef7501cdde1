import path from 'node:path';
import { startProcess } from '../../support/process.ts';
import { repository } from '../../support/product.ts';
import type { Scope } from '../../support/scope.ts';
import { waitFor } from '../../support/wait-for.ts';
import type { Counted } from '../../reliability/support/counting-agent.ts';

/** Many agents, in a few processes of their own. */
export interface Crowd {
  /** Waits until all of them are connected. */
  connected(): Promise<void>;
  /** Lets each of them work now; `stored` waits for what they did then. */
  workTogether(): void;
  /** Waits until all that is stored; epoch milliseconds of the first and the last of them. */
  stored(): Promise<{ readonly first: number; readonly last: number }>;
  /** Closes all agents, and waits for the ends of their processes. */
  end(): Promise<{ readonly counted: readonly Told[]; readonly faults: readonly string[] }>;
}

/** What one of them did, as it counted itself. */
export interface Told extends Counted {
  readonly instance: string;
}

interface Line {
  readonly live: number;
  readonly waiting: number;
  readonly first: number;
  readonly last: number;
}

const mostInOne = 2_500;
const patienceMs = 120_000;

export function startCrowd(scope: Scope, collector: string, size: number): Crowd {
  const program = path.join(repository, 'test/end-to-end/programs/crowd.mjs');
  const sizes = Array.from({ length: Math.ceil(size / mostInOne) }, (_, index) =>
    Math.min(mostInOne, size - index * mostInOne),
  );
  const parts = sizes.map((count, index) => {
    const args = [program, collector, `${index * mostInOne}`, `${count}`];
    return startProcess(scope, [process.execPath, ...args], { cwd: path.join(repository, 'test') });
  });
  const lines = (): string[] => parts.map((part) => part.stdout().trimEnd().split('\n').at(-1) ?? '');
  /** What each process said last, as the program writes it. */
  const told = (): Line[] =>
    lines().map((line) => (line === '' ? { live: 0, waiting: -1 } : JSON.parse(line)) as Line);
  return {
    connected: async () => {
      const areAll = (): boolean => told().reduce((sum, { live }) => sum + live, 0) === size;
      await waitFor(areAll, { what: 'all agents to be connected', withinMs: patienceMs });
    },
    workTogether: () => {
      for (const part of parts) part.signal('SIGUSR2');
    },
    stored: async () => {
      const isAll = (): boolean => told().every(({ waiting, last }) => waiting === 0 && last > 0);
      await waitFor(isAll, { what: 'all that they did to be stored', withinMs: patienceMs });
      const all = told();
      const first = Math.min(...all.map((one) => one.first));
      return { first, last: Math.max(...all.map(({ last }) => last)) };
    },
    end: async () => {
      for (const part of parts) part.signal('SIGTERM');
      const ends = await Promise.all(parts.map((part) => part.waitForExit(patienceMs)));
      if (ends.some(({ code }) => code !== 0))
        throw new Error(`a part of the crowd failed: ${lines().join()}`);
      const reports = lines().map((line) => JSON.parse(line) as { counted: Told[]; faults: string[] });
      return {
        counted: reports.flatMap(({ counted }) => counted),
        faults: reports.flatMap(({ faults }) => faults),
      };
    },
  };
}
