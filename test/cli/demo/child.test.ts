import path from 'node:path';
import { FakeClock } from '@holdfast/agent/testing';
import { describe, expect, test } from 'vitest';
import { Child } from '../../../cli/src/demo/child.ts';
import { systemClock } from '../../../cli/src/time/system-clock.ts';
import { isAlive } from '../../support/process-table.ts';
import { type Scope, scopeOfTest } from '../../support/scope.ts';
import { waitFor } from '../../support/wait-for.ts';

const program = path.join(import.meta.dirname, '../programs/child.mjs');

interface Kept {
  readonly child: Child;
  readonly clock: FakeClock;
  readonly pids: number[];
  readonly deaths: string[];
  readonly complaints: string[];
}

/** Restarts wait on a clock that the test moves. */
async function keep(scope: Scope): Promise<Kept> {
  const clock = new FakeClock();
  const pids: number[] = [];
  const deaths: string[] = [];
  const complaints: string[] = [];
  const child = new Child({
    name: 'child',
    command: [program],
    env: () => ({}),
    clock,
    onMessage: (message) => {
      if (typeof message === 'object' && message !== null && 'pid' in message) pids.push(Number(message.pid));
    },
    onComplaint: (line) => complaints.push(line),
    onDeath: (how, restartInMs) => deaths.push(`${how}, again in ${restartInMs}`),
    onRestart: () => {},
  });
  child.start();
  scope.onEnd(async () => {
    const stopped = child.stop((running) => running.kill('SIGKILL'), 1_000);
    await clock.advance(1_000);
    await stopped;
  });
  await waitFor(() => pids.length === 1 && complaints.length === 1, { what: 'the child to speak' });
  return { child, clock, pids, deaths, complaints };
}

describe('a child', () => {
  test('that is killed is started again', async () => {
    const { clock, pids, deaths } = await keep(scopeOfTest());
    await clock.advance(10_000);
    process.kill(pids[0] ?? 0, 'SIGKILL');
    await waitFor(() => deaths.length === 1, { what: 'its death' });
    expect(deaths).toEqual(['was killed with SIGKILL, again in 500']);
    await clock.advance(499);
    expect(pids).toHaveLength(1);
    await clock.advance(1);
    await waitFor(() => pids.length === 2, { what: 'its return' });
  });

  test('that dies young is started again ever later', async () => {
    const { child, clock, pids, deaths } = await keep(scopeOfTest());
    for (const count of [1, 2, 3]) {
      child.send({ type: 'exit' });
      await waitFor(() => deaths.length === count, { what: 'its death' });
      await clock.advance(5_000);
      await waitFor(() => pids.length === count + 1, { what: 'its return' });
    }
    expect(deaths.map((death) => death.replace(/.*again in /, ''))).toEqual(['500', '1000', '2000']);
  });

  test('that announced its death stays away as long as it said', async () => {
    const { child, deaths } = await keep(scopeOfTest());
    child.restartAfter(9_000);
    child.send({ type: 'exit' });
    await waitFor(() => deaths.length === 1, { what: 'its death' });
    expect(deaths).toEqual(['ended with code 3, again in 9000']);
  });

  test('that is stopped is not started again', async () => {
    const { child, clock, pids, deaths } = await keep(scopeOfTest());
    await child.stop(() => child.send({ type: 'stop' }), 1_000);
    await clock.advance(60_000);
    expect({ pids: pids.length, deaths }).toEqual({ pids: 1, deaths: [] });
  });

  test('that does not end when asked is killed', async () => {
    const scope = scopeOfTest();
    const { child, clock, pids } = await keep(scope);
    const stopped = child.stop((running) => running.kill('SIGTERM'), 1_000);
    await clock.advance(1_000);
    await stopped;
    expect(isAlive(pids[0] ?? 0)).toBe(false);
  });

  test('that waits for its restart can be stopped', async () => {
    const { child, clock, pids, deaths } = await keep(scopeOfTest());
    child.send({ type: 'exit' });
    await waitFor(() => deaths.length === 1, { what: 'its death' });
    await child.stop(() => {}, 1_000);
    await clock.advance(60_000);
    expect(pids).toHaveLength(1);
  });
});

test('a signal that has aborted is not waited for', async () => {
  const { pause } = await import('../../../cli/src/demo/pause.ts');
  await pause(systemClock, 60_000, AbortSignal.abort());
});
