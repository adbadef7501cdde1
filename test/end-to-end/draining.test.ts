import path from 'node:path';
import { expect, test } from 'vitest';
import { startProcess } from '../support/process.ts';
import { repository } from '../support/product.ts';
import { scopeOfTest } from '../support/scope.ts';
import { waitFor } from '../support/wait-for.ts';

const program = path.join(repository, 'test/end-to-end/programs/draining-service.mjs');

test('fails readiness first, works on, closes, and ends by the signal', async () => {
  const scope = scopeOfTest();
  const service = startProcess(scope, [process.execPath, program], { cwd: path.join(repository, 'test') });
  const [, port] = /port (\d+)/.exec(await service.waitForOutput(/port \d+/)) ?? [];
  const ask = async (probe: string): Promise<number> =>
    (await fetch(`http://127.0.0.1:${port}${probe}`, { headers: { connection: 'close' } })).status;
  expect(await ask('/readyz')).toBe(200);
  service.signal('SIGTERM');
  await waitFor(async () => (await ask('/readyz')) === 503, { what: 'the end of readiness' });
  expect(await ask('/livez')).toBe(200);
  expect(service.stdout()).not.toContain('closing');
  expect(await service.waitForExit()).toEqual({ code: undefined, signal: 'SIGTERM' });
  expect(service.stdout()).toContain('closing');
});
