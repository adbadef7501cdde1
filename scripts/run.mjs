import { spawn } from 'node:child_process';
import path from 'node:path';

/** The root of the repository. */
export const root = path.resolve(import.meta.dirname, '..');

/**
 * @typedef {object} Job
 * @property {string} name What the line of its result says.
 * @property {readonly string[]} command Run without a shell; a program of node_modules/.bin is found by its
 *   name.
 * @property {string} [cwd] Relative to the root, which is the default.
 * @property {string} [mend] What to do when it fails.
 */

/**
 * Runs a job, prints one line about it, and its output only when it failed.
 * @param {Job} job
 * @returns {Promise<boolean>} whether it succeeded
 */
export async function run({ name, command, cwd = '.', mend }) {
  const startedAt = performance.now();
  const { code, output } = await collect(command, cwd);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  if (code === 0) {
    console.log(`ok      ${name} (${seconds} s)`);
    return true;
  }
  console.log(`FAILED  ${name} (${seconds} s): ${command.join(' ')}`);
  console.log(output.trimEnd());
  if (mend) console.log(`To mend it: ${mend}`);
  return false;
}

/**
 * Runs jobs, at most `atOnce` of them together, all of them even when one fails.
 * @param {readonly Job[]} jobs
 * @param {number} [atOnce]
 * @returns {Promise<{ passed: number, failed: number }>}
 */
export async function runAll(jobs, atOnce = 2) {
  const waiting = [...jobs];
  const count = { passed: 0, failed: 0 };
  const work = async () => {
    for (let job = waiting.shift(); job; job = waiting.shift()) {
      if (await run(job)) count.passed += 1;
      else count.failed += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return count;
}

/**
 * Runs a command on this terminal and waits for its exit code.
 * @param {readonly string[]} command
 * @returns {Promise<number>}
 */
export function show([program = '', ...args]) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, env: environment(), stdio: 'inherit' });
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}

/** Whether a script was started by itself rather than imported. @param {string} url its import.meta.url */
export function isMain(url) {
  return process.argv[1] !== undefined && url === new URL(`file://${path.resolve(process.argv[1])}`).href;
}

/**
 * @param {readonly string[]} command
 * @param {string} cwd
 * @returns {Promise<{ code: number, output: string }>}
 */
function collect([program = '', ...args], cwd) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: path.join(root, cwd),
      env: environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (output += text));
    child.once('error', (error) => resolve({ code: 1, output: error.message }));
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/**
 * The tools of node_modules come first on the path, so that no `npx` is needed. Colours are for terminals.
 */
function environment() {
  const bin = path.join(root, 'node_modules/.bin');
  const colours = process.stdout.isTTY ? {} : { NO_COLOR: '1', FORCE_COLOR: undefined };
  return { ...process.env, ...colours, PATH: `${bin}${path.delimiter}${process.env['PATH'] ?? ''}` };
}
