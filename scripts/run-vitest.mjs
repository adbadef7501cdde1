import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root, show } from './run.mjs';

/**
 * @typedef {object} Count
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 * @property {readonly string[]} skippedLines One for each test that did not run.
 */

/**
 * Runs tests, shows what vitest says, and counts them.
 * @param {readonly string[]} args
 * @returns {Promise<Count>}
 */
export async function runVitest(args) {
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

/**
 * @param {string} report
 * @returns {Promise<Count>}
 */
async function countOf(report) {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
      await readFile(report, 'utf8'),
    );
    return {
      passed: numPassedTests,
      failed: numFailedTests,
      skipped: numPendingTests + numTodoTests,
      skippedLines: skippedIn(testResults),
    };
  } catch (error) {
    console.log(`vitest left no report: ${error instanceof Error ? error.message : String(error)}`);
    return { passed: 0, failed: 1, skipped: 0, skippedLines: [] };
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
