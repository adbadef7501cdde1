// The whole test: tools, build, checks, packages, tests. The last line counts them, those above it name
// what was skipped. Arguments go to vitest.
import { build } from './build.mjs';
import { checkPackages } from './check-packages.mjs';
import { check } from './check.mjs';
import { ensureTools } from './ensure-tools.mjs';
import { runVitest } from './run-vitest.mjs';

const total = { passed: 0, failed: 0, skipped: 0 };
/** @type {string[]} */
const skipped = [];

if ((await stage('tools', ensureTools)) && (await stage('build', build))) {
  add(await check());
  add(await checkPackages());
  const tests = await runVitest(process.argv.slice(2));
  add(tests);
  skipped.push(...tests.skippedLines);
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
