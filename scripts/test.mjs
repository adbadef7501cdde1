// The whole test: tools, build, checks, packages, tests. The last line counts them, those above it name
// what was skipped. Arguments go to vitest.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from './build.mjs';
import { checkPackages } from './check-packages.mjs';
import { check } from './check.mjs';
import { ensureTools } from './ensure-tools.mjs';
import { root, show } from './run.mjs';

const total = { passed: 0, failed: 0, skipped: 0 };
/** @type {string[]} */
const skipped = [];

if ((await stage('tools', ensureTools)) && (await stage('build', build))) {
  add(await check());
  add(await checkPackages());
  add(await runVitest(process.argv.slice(2)));
}
if (skipped.length > 0) console.log(`\nSkipped:\n${skipped.join('\n')}`);
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
if (total.failed > 0) process.exitCode = 1;

/**
 * A stage that the rest needs.
 * @param {string} name
 * @param {() => Promise<boolean>} work
 */
async function stage(name, work) {
  const isDone = await work();
  add(isDone ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 });
  if (!isDone) console.log(`FAILED  ${name}; what follows it did not run`);
  return isDone;
}

/** @param {{ passed: number, failed: number, skipped?: number }} count */
function add({ passed, failed, skipped = 0 }) {
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
}

/**
 * @param {readonly string[]} args
 * @returns {Promise<{ passed: number, failed: number, skipped: number }>}
 */
async function runVitest(args) {
  const folder = await mkdtemp(path.join(tmpdir(), 'holdfast-vitest-'));
  const report = path.join(folder, 'report.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const code = await show(['vitest', 'run', ...reporters, ...args]);
  const count = await countOf(report);
  await rm(folder, { recursive: true });
  // A file that does not load and an error outside of tests fail the run without a failed test.
  if (code !== 0 && count.failed === 0) count.failed = 1;
  return count;
}

/** @param {string} report */
async function countOf(report) {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
      await readFile(report, 'utf8'),
    );
    skipped.push(...skippedIn(testResults));
    return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests + numTodoTests };
  } catch (error) {
    console.log(`vitest left no report: ${error instanceof Error ? error.message : String(error)}`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

/**
 * A line for each test that did not run, with what this machine lacks for it.
 * @param {any[]} files
 */
function skippedIn(files) {
  return files.flatMap((file) =>
    file.assertionResults
      .filter((one) => one.status !== 'passed' && one.status !== 'failed')
      .map(({ fullName, meta }) => {
        const reason = meta?.lacks === undefined ? '' : `; this machine lacks ${meta.lacks}`;
        return `  ${path.relative(root, file.name)}: ${fullName}${reason}`;
      }),
  );
}
