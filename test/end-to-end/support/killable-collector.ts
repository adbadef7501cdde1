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
  /** `kill -9`, and after the pause or the work another process on the same port and data. */
  killAndRestart(pause: number | (() => void)): Promise<void>;
  /** Stops it in the middle of what it does, until it is killed. */
  freeze(): Promise<void>;
  /** Ends it as Ctrl-C does, and waits until it has saved what it derived, which may be much. */
  end(): Promise<void>;
}

/** The built collector in a process of its own, which can be killed. */
export async function killableCollector(scope: Scope, folder?: string): Promise<KillableCollector> {
  const port = await freePort();
  const dataDir = folder ?? (await temporaryFolder(scope));
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
    killAndRestart: async (pause) => {
      running.signal('SIGKILL');
      await running.exited;
      if (typeof pause === 'number') await realTime.sleep(pause);
      else pause();
      running = await start();
    },
    freeze: async () => {
      running.signal('SIGSTOP');
      await realTime.sleep(50); // a thread that waits for the disk stops once it has its answer
    },
    end: async () => {
      running.interrupt();
      await running.waitForExit(180_000);
    },
  };
}
