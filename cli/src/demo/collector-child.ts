import type { Clock } from '@holdfast/shared';
import { exitCodes } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { Child, type ChildPlan } from './child.ts';
import { pause } from './pause.ts';

export interface CollectorPlan extends Pick<ChildPlan, 'clock' | 'onDeath' | 'onRestart'> {
  /** The built `main.js`. */
  readonly program: string;
  readonly port: number;
  readonly dataFolder: string;
  readonly onComplaint: (line: string) => void;
}

const startWithinMs = 20_000;
const askEveryMs = 50;

/**
 * Starts a collector of its own process and waits until it answers.
 *
 * @throws {Failure} with the collector's own words where it does not come up.
 */
export async function startCollector(plan: CollectorPlan, signal: AbortSignal): Promise<Child> {
  const { program, port, dataFolder, clock } = plan;
  const complaints: string[] = [];
  let isUp = false;
  const child = new Child({
    ...plan,
    name: 'collector',
    command: [program, 'up', '--port', `${port}`, '--data', dataFolder, '--exit-on-disconnect'],
    env: () => ({}),
    onComplaint: (line) => (isUp ? plan.onComplaint(line) : complaints.push(line)),
  });
  const first = child.start();
  const over = new AbortController();
  const death = first.died.then((how) => {
    over.abort();
    return how;
  });
  const isReady = await untilReady(
    `http://127.0.0.1:${port}/readyz`,
    clock,
    AbortSignal.any([over.signal, signal]),
  );
  isUp = isReady;
  if (isReady || signal.aborted) return child;
  const how = over.signal.aborted ? await death : `did not answer within ${startWithinMs / 1_000} s`;
  await child.stop((running) => running.kill('SIGKILL'), 0);
  throw new Failure(exitCodes.failed, `the collector ${how}: ${complaints.join(' ') || 'it said nothing'}`);
}

async function untilReady(url: string, clock: Clock, signal: AbortSignal): Promise<boolean> {
  const endsAt = clock.monotonic() + startWithinMs;
  while (!signal.aborted && clock.monotonic() < endsAt) {
    const isReady = await fetch(url, { signal }).then(
      (answer) => answer.ok,
      () => false,
    );
    if (isReady) return true;
    await pause(clock, askEveryMs, signal);
  }
  return false;
}
