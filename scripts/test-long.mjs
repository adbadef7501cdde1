// What is too long for `npm test`: the same tests with more of everything, and those of test/long. `npm run
// test:long -- links` runs the parts whose name holds "links". A setting that is in the environment already
// stands. The last lines say what came of each part, and name what this machine could not do.
import { runVitest } from './run-vitest.mjs';

/** @type {readonly { name: string, settings: Record<string, string>, args: readonly string[] }[]} */
const parts = [
  { name: 'simulation', settings: { SEEDS: '2000' }, args: ['test/simulation/delivery.test.ts'] },
  {
    name: 'offline-day',
    settings: { OFFLINE_MINUTES: '1440' },
    args: ['test/agent/stream/offline-day.test.ts'],
  },
  {
    name: 'black-holes',
    settings: { BLACK_HOLES: '100', CABLE_CUTS: '3' },
    args: ['test/reliability/black-hole.test.ts', 'test/long/black-holes.test.ts'],
  },
  {
    name: 'clocks',
    settings: { CLOCK_ROUNDS: '3', CLOCK_SERIES: '15' },
    args: ['test/reliability/clocks.test.ts', 'test/long/clocks.test.ts'],
  },
  { name: 'crowd', settings: { AGENTS: '10000' }, args: ['test/end-to-end/crowd-returns.test.ts'] },
  { name: 'kill-loop', settings: { KILLS: '200' }, args: ['test/end-to-end/kill-loop.test.ts'] },
  {
    name: 'spool',
    settings: { SPOOL_KILLS: '200', DAMAGE_STEP: '1' },
    args: ['test/end-to-end/spool-killed.test.ts', 'test/agent/spool', 'test/long/frozen-disk.test.ts'],
  },
  { name: 'power-cuts', settings: { CUTS: '50' }, args: ['power-cut'] },
  { name: 'fuzz', settings: { FUZZ_FRAMES: '100000' }, args: ['test/reliability/fuzz.test.ts'] },
  { name: 'slow-sockets', settings: { SLOW_SOCKETS: '1000' }, args: ['slow-sockets'] },
  { name: 'too-much', settings: { OVERLOAD_SECONDS: '300' }, args: ['test/end-to-end/too-much.test.ts'] },
  { name: 'links', settings: { LINK_SECONDS: '1800' }, args: ['test/reliability/bad-links.test.ts'] },
];

const wanted = process.argv.slice(2);
const chosen = parts.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
if (chosen.length === 0) {
  console.error(`no part is named like ${wanted.join(', ')}: ${parts.map(({ name }) => name).join(', ')}`);
  process.exitCode = 1;
}
process.env['TEST_LONG'] = 'yes'; // with the tests that are only here
/** @type {string[]} */
const results = [];
/** @type {string[]} */
const skipped = [];
for (const { name, settings, args } of chosen) {
  const missing = Object.entries(settings).filter(([key]) => process.env[key] === undefined);
  Object.assign(process.env, Object.fromEntries(missing));
  const said = Object.keys(settings).map((key) => `${key}=${process.env[key]}`);
  console.log(`\n== ${name} ${said.join(' ')}`);
  const count = await runVitest(args);
  const outcome = `${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`;
  results.push(`${count.failed === 0 ? 'ok    ' : 'FAILED'}  ${name} ${said.join(' ')} (${outcome})`);
  skipped.push(...count.skippedLines);
  if (count.failed > 0) process.exitCode = 1;
  for (const [key] of missing) delete process.env[key];
}
if (skipped.length > 0) console.log(`\nSkipped:\n${skipped.join('\n')}`);
console.log(`\n${results.join('\n')}`);
