import { freePort } from '../../support/ports.ts';
import { startHoldfast } from '../../support/product.ts';
import type { Scope } from '../../support/scope.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { realTime } from '../../support/time.ts';

export interface KillableCollector {
  readonly url: string;
  readonly dataDir: string;
  /** The id of its process now. */
  readonly pid: number;
  /** `kill -9`, and after the pause another process on the same port and data. */
  killAndRestart(pauseMs: number): Promise<void>;
  /** Ends it as Ctrl-C does. */
  end(): Promise<void>;
}

/** The built collector in a process of its own, which can be killed. */
export async function killableCollector(scope: Scope): Promise<KillableCollector> {
  const port = await freePort();
  const dataDir = await temporaryFolder(scope);
  const start = async (): Promise<ReturnType<typeof startHoldfast>> => {
    const started = startHoldfast(scope, ['up', '--port', `${port}`, '--data', dataDir]);
    await started.waitForOutput(`${port}`);
    return started;
  };
  let running = await start();
  return {
    url: `http://127.0.0.1:${port}`,
    dataDir,
    get pid() {
      return running.pid;
    },
    killAndRestart: async (pauseMs) => {
      running.signal('SIGKILL');
      await running.exited;
      await realTime.sleep(pauseMs);
      running = await start();
    },
    end: async () => {
      running.interrupt();
      await running.waitForExit(30_000);
    },
  };
}
