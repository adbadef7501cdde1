import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { runToEnd, startProcess } from '../support/process.ts';
import { repository } from '../support/product.ts';
import { scopeOfTest } from '../support/scope.ts';
import { realTime } from '../support/time.ts';
import { hostileCollectors } from './support/hostile-collector.ts';

const programs = path.join(repository, 'test/end-to-end/programs');
const cwd = path.join(repository, 'test');

/** Far above what a busy machine needs to end a process, far below any time that the agent waits. */
const longestExitMs = 2_000;

describe.each(Object.entries(hostileCollectors))('a collector that %s', (_name, start) => {
  test.each([
    ['ends at once', 0],
    ['works for a while', 1_500],
  ])('costs a program that %s nothing', async (_what, workMs) => {
    const scope = scopeOfTest();
    const url = await start(scope);
    const command = [process.execPath, path.join(programs, 'guarded-program.mjs'), url, String(workMs)];
    const program = startProcess(scope, command, { cwd });
    await program.waitForOutput('done');
    const doneMs = realTime.monotonic();
    expect(await program.waitForExit()).toEqual({ code: 0, signal: undefined });
    expect(realTime.monotonic() - doneMs).toBeLessThan(longestExitMs);
    expect(program.stderr()).toBe('');
    // What the program prints.
    const { calls } = JSON.parse(program.stdout().split('done ')[1] ?? '') as { readonly calls: number };
    expect(calls).toBeGreaterThanOrEqual(workMs === 0 ? 1 : 1_000);
  });
});

test('a day offline stays within its memory and loses no count', async () => {
  const command = [process.execPath, '--expose-gc', path.join(programs, 'offline-day.mjs')];
  const { code, stdout, stderr } = await runToEnd(scopeOfTest(), command, { cwd, withinMs: 100_000 });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const day = JSON.parse(stdout) as Day; // what the program prints
  expect(day.called).toBe(50 * 8_640);
  expect(day.counted).toBe(day.called);
  expect(day.grownBytes).toBeLessThan(4_194_304);
  expect(day.problems).toEqual([]);
}, 110_000);

interface Day {
  readonly called: number;
  readonly counted: number;
  readonly grownBytes: number;
  readonly problems: readonly string[];
}
