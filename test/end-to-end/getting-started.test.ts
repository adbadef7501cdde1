import { readFileSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { expect, test } from 'vitest';
import { getJson } from '../support/http.ts';
import { freePort } from '../support/ports.ts';
import { startProcess } from '../support/process.ts';
import { repository } from '../support/product.ts';
import { scopeOfTest } from '../support/scope.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';

test('the service of the getting-started page answers as the page says', async () => {
  const scope = scopeOfTest();
  const folder = await temporaryFolder(scope);
  const page = readFileSync(path.join(repository, 'docs/getting-started.md'), 'utf8');
  const program = /```js\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
  await mkdir(path.join(folder, 'node_modules/@holdfast'), { recursive: true });
  await symlink(path.join(repository, 'agent'), path.join(folder, 'node_modules/@holdfast/agent'));
  await writeFile(path.join(folder, 'service.mjs'), program);

  const payments = createServer((_request, response) => response.end('{"status":"paid"}'));
  await new Promise<void>((resolve) => payments.listen(0, '127.0.0.1', resolve));
  scope.onEnd(() => void payments.close());
  const address = payments.address();
  const paymentsPort = typeof address === 'object' && address !== null ? address.port : 0;
  const port = await freePort();
  const env = {
    PORT: `${port}`,
    PAYMENTS_URL: `http://127.0.0.1:${paymentsPort}`,
    HOLDFAST_COLLECTOR: undefined,
  };
  startProcess(scope, [process.execPath, 'service.mjs'], { cwd: folder, env });

  const ask = (): Promise<unknown> => getJson(`http://127.0.0.1:${port}/`);
  expect(await waitFor(ask, { what: 'the service' })).toEqual({ status: 'paid' });
  payments.close();
  payments.closeAllConnections();
  expect(await ask()).toEqual({ status: 'pending' });
});
