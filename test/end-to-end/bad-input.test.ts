import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { freePort } from '../support/ports.ts';
import { runToEnd } from '../support/process.ts';
import { holdfastCommand, startHoldfast } from '../support/product.ts';
import { type Scope, scopeOfTest } from '../support/scope.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

async function run(
  scope: Scope,
  ...args: string[]
): Promise<{ code: number | undefined; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await runToEnd(scope, holdfastCommand(args), { env: { NO_COLOR: '1' } });
  return { code, stdout, stderr };
}

/** One line on stderr, nothing on stdout, and the documented exit code. */
function expectOneLine(
  result: { code: number | undefined; stdout: string; stderr: string },
  code: number,
  says: RegExp,
): void {
  expect(result).toMatchObject({ code, stdout: '' });
  expect(result.stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(result.stderr).toMatch(says);
}

describe('without a collector', () => {
  test.each([
    [['status', '--colour'], 2, /--colour/],
    [['stauts'], 2, /stauts.*status/],
    [['up', '--port', '99999'], 2, /port.*99999/],
    [['up', '--port', 'many'], 2, /port.*many/],
    [['up', '--host', 'not a host'], 2, /not a host/],
    [['status', '--url', 'nonsense'], 2, /nonsense/],
    [['flags', 'off', 'x', '--for', 'soon'], 2, /soon/],
    [['events', 'ls', '-o', 'yaml'], 2, /yaml/],
    [['breakers', 'get', 'payments'], 2, /payments.*service\/name/],
    [['demo', '--story', 'tragedy'], 2, /tragedy/],
  ])('%j is refused in one line with exit code %d', async (args, code, says) => {
    expectOneLine(await run(scopeOfTest(), ...args), code, says);
  });

  test('a collector that is away is named, with how to start one', async () => {
    const port = await freePort();
    expectOneLine(await run(scopeOfTest(), 'status', '--url', `http://127.0.0.1:${port}`), 5, /holdfast up/);
  });
});

test('a port in use is named before anything is made', async () => {
  const scope = scopeOfTest();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  scope.onEnd(() => void server.close());
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const data = path.join(await temporaryFolder(scope), 'data');
  expectOneLine(
    await run(scope, 'up', '--port', `${port}`, '--data', data),
    1,
    new RegExp(`${port}.*in use`),
  );
  expectOneLine(await run(scope, 'demo', '--port', `${port}`), 1, new RegExp(`${port}.*in use`));
});

describe('a database file that is not ours', () => {
  test.each([
    [
      'text',
      Buffer.from('this is not a database, but somebody needs it\n'.repeat(20)),
      /not a (SQLite )?database/i,
    ],
    ['of another program', sqliteHeader(0, 0), /another program/],
    ['of a newer version', sqliteHeader(0x48_4f_4c_44, 9_999), /newer Holdfast.*9999/],
  ])('%s is refused by name and left as it was', async (_name, bytes, says) => {
    const scope = scopeOfTest();
    const data = await temporaryFolder(scope);
    const file = path.join(data, 'holdfast.db');
    await writeFile(file, bytes);
    const before = digest(await readFile(file));
    const result = await run(scope, 'up', '--port', `${await freePort()}`, '--data', data);
    expectOneLine(result, 1, says);
    expect(result.stderr).toContain(file);
    expect(digest(await readFile(file))).toBe(before);
  });
});

test('an unknown flag or breaker ends with exit code 3', async () => {
  const scope = scopeOfTest();
  const port = await freePort();
  const data = await temporaryFolder(scope);
  const collector = startHoldfast(scope, ['up', '--port', `${port}`, '--data', data]);
  await collector.waitForOutput(`${port}`);
  const url = `http://127.0.0.1:${port}`;
  expectOneLine(await run(scope, 'flags', 'off', 'nothing', '--url', url), 3, /nothing/);
  expectOneLine(await run(scope, 'breakers', 'get', 'shop/nothing', '--url', url), 3, /shop.*nothing/);
  collector.interrupt();
  expect(await collector.waitForExit()).toMatchObject({ code: 0 });
});

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A database file as far as its header goes: enough to be told apart before it is opened. */
function sqliteHeader(applicationId: number, userVersion: number): Buffer {
  const header = Buffer.alloc(4_096);
  header.write('SQLite format 3\0', 'latin1');
  header.writeUInt16BE(4_096, 16);
  header.writeUInt32BE(userVersion, 60);
  header.writeUInt32BE(applicationId, 68);
  return header;
}
