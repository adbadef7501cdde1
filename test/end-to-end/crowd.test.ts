import path from 'node:path';
import { expect, test } from 'vitest';
import { runToEnd } from '../support/process.ts';
import { repository } from '../support/product.ts';
import { scopeOfTest } from '../support/scope.ts';
import { startSocketCollector } from '../support/socket-collector.ts';

const program = path.join(repository, 'test/end-to-end/programs/cluster-program.mjs');

test.each([
  ['process of a cluster', 'cluster', 2, /-\d+$/],
  ['thread', 'threads', 3, /-\d+(-\d+)?$/],
])('each %s is an instance of its own', async (_what, how, count, name) => {
  const scope = scopeOfTest();
  const { url, memory } = await startSocketCollector(scope);
  const command = [process.execPath, program, url, how];
  const { code, stderr } = await runToEnd(scope, command, { cwd: path.join(repository, 'test') });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const distinct = (key: 'instance' | 'epoch'): number => new Set(memory.hellos.map((one) => one[key])).size;
  expect(memory.hellos).toHaveLength(count);
  expect(distinct('instance')).toBe(count);
  expect(distinct('epoch')).toBe(count);
  for (const hello of memory.hellos) expect(hello.instance).toMatch(name);
  expect(memory.totals('circuit_breaker', 'work')).toEqual({ success: 10 * count });
  expect(memory.problems).toEqual([]);
});
