import { stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { launchBrowser, openPage } from './browser.ts';
import { isListening } from './ports.ts';
import { runToEnd, startProcess } from './process.ts';
import { descendantsOf, isAlive } from './process-table.ts';
import { scopeOfTest } from './scope.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { openTerminal } from './terminal.ts';
import { waitFor } from './wait-for.ts';

const node = process.execPath;

describe('waitFor', () => {
  test('gives back the first answer that holds', async () => {
    let asked = 0;
    const answer = await waitFor(() => (++asked < 3 ? undefined : `asked ${asked}`), {
      what: 'three',
      everyMs: 1,
    });
    expect(answer).toBe('asked 3');
  });

  test('names what it waited for and keeps the last error', async () => {
    const never = (): never => {
      throw new Error('not yet');
    };
    const failure = waitFor(never, { what: 'the moon', withinMs: 5, everyMs: 1 });
    await expect(failure).rejects.toThrow('waited 5 ms for the moon');
    await expect(failure).rejects.toHaveProperty('cause.message', 'not yet');
  });
});

describe('a process', () => {
  test('is ended with its children when the test is over', async () => {
    const parent = `require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e9)']);
      setInterval(() => {}, 1e9); console.log('started')`;
    let pids: number[] = [];
    const ends: (() => void | Promise<void>)[] = [];
    const running = startProcess({ onEnd: (end) => void ends.push(end) }, [node, '-e', parent]);
    await running.waitForOutput('started');
    pids = [running.pid, ...descendantsOf(running.pid)];
    expect(pids).toHaveLength(2);
    for (const end of ends) await end();
    expect(pids.filter(isAlive)).toEqual([]);
  });

  test('shows what it said when the awaited text does not come', async () => {
    const running = startProcess(scopeOfTest(), [
      node,
      '-e',
      'console.error("out of luck"); process.exitCode = 3',
    ]);
    await expect(running.waitForOutput('ready')).rejects.toThrow(
      /ended without ready; it said:\nout of luck/,
    );
    expect(await running.exited).toEqual({ code: 3, signal: undefined });
  });

  test('runs to its end', async () => {
    const { code, stdout } = await runToEnd(scopeOfTest(), [node, '-p', 'process.env.GREETING'], {
      env: { GREETING: 'ahoy' },
    });
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'ahoy\n' });
  });
});

test('a terminal shows a screen, takes keys and tells the exit code', async () => {
  const program = `process.stdin.setRawMode(true);
    process.stdout.write('size ' + process.stdout.columns + 'x' + process.stdout.rows);
    process.stdin.on('data', (key) => {
      if (String(key) === 'q') process.exit(7);
      process.stdout.write(' got ' + key);
    });`;
  const terminal = await openTerminal(scopeOfTest(), {
    command: [node, '-e', program],
    columns: 91,
    rows: 23,
  });
  await terminal.waitForScreen('size 91x23');
  await terminal.press('x');
  await terminal.waitForScreen(/got x/);
  expect(await terminal.exitCode()).toBeUndefined();
  await terminal.press('q');
  expect(await waitFor(() => terminal.exitCode(), { what: 'the program to end' })).toBe(7);
});

test('a browser opens a page and keeps what goes wrong in it', async () => {
  const scope = scopeOfTest();
  const server = createServer((_, answer) => {
    answer.setHeader('content-type', 'text/html');
    answer.end('<link rel=icon href=data:,><h1>Hello</h1><script>throw new Error("oh no")</script>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  scope.onEnd(() => void server.close());
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  expect(await isListening(port)).toBe(true);
  const { page, problems } = await openPage(await launchBrowser(scope), `http://127.0.0.1:${port}/`);
  expect(await page.textContent('h1')).toBe('Hello');
  expect(problems).toEqual(['uncaught: oh no']);
});

test('a temporary folder is gone after its scope', async () => {
  const ends: (() => void | Promise<void>)[] = [];
  const folder = await temporaryFolder({ onEnd: (end) => void ends.push(end) });
  await writeFile(path.join(folder, 'file'), 'x');
  for (const end of ends) await end();
  await expect(stat(folder)).rejects.toThrow('ENOENT');
});
