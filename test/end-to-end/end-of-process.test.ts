import path from 'node:path';
import { expect, test } from 'vitest';
import { runToEnd } from '../support/process.ts';
import { repository } from '../support/product.ts';
import { scopeOfTest } from '../support/scope.ts';
import { startSocketCollector } from '../support/socket-collector.ts';
import { waitFor } from '../support/wait-for.ts';

const program = path.join(repository, 'test/end-to-end/programs/ending-program.mjs');

test.each([
  ['ends by itself', 'itself', 0, true],
  ['calls process.exit', 'exit', 0, true],
  ['exits with a failure', 'fail', 1, false],
  ['dies of an exception', 'throw', 1, false],
  ['closes its agent', 'close', 0, true],
])('a program that %s leaves no count behind', async (_what, how, exitCode, saidBye) => {
  const scope = scopeOfTest();
  const { url, memory } = await startSocketCollector(scope);
  const command = [process.execPath, program, url, how];
  const { code } = await runToEnd(scope, command, { cwd: path.join(repository, 'test') });
  expect(code).toBe(exitCode);
  await waitFor(() => memory.totals('circuit_breaker', 'work').success, { what: 'the counts' });
  expect(memory.totals('circuit_breaker', 'work')).toEqual({ success: 10 });
  await waitFor(() => memory.connectionCount === 0, { what: 'the end of the connection' });
  expect(memory.saidBye).toBe(saidBye);
  expect(memory.problems).toEqual([]);
});

test('a script is not ended while its calls wait', async () => {
  const script = path.join(repository, 'test/end-to-end/programs/waiting-script.mjs');
  const run = await runToEnd(scopeOfTest(), [process.execPath, script]);
  expect(run).toMatchObject({ code: 0, stderr: '' });
  expect(run.stdout.trim().split('\n')).toEqual([
    'attempt 2 second',
    'HOLDFAST_TIMED_OUT',
    'HOLDFAST_TIMED_OUT',
    'attempt 2',
    'HOLDFAST_BULKHEAD_FULL',
    'HOLDFAST_QUEUE_FULL',
    'unknown',
  ]);
});
