import { expect, test } from 'vitest';
import { runSeed, type SeedReport } from './support/run-seed.ts';
import { replayOf, seedsToRun, sumOf } from './support/seeds.ts';
import { faultNames } from './support/world.ts';

const seeds = seedsToRun(40);

test(
  'nothing is lost, doubled or miscounted whatever befalls',
  async () => {
    const reports: SeedReport[] = [];
    for (const seed of seeds) reports.push(await runSeed(seed));
    const failed = reports.filter(({ violations }) => violations.length > 0);
    expect(failed.map(replayOf).join('\n\n')).toBe('');
    process.stderr.write(`${reports.length} seeds: ${JSON.stringify(sumOf(reports))}\n`);
    if (seeds.length < 20) return; // a few seeds need not meet everything
    const happened = sumOf(reports);
    const seldom = [
      ...faultNames,
      'resent',
      'gaps',
      'merged',
      'summarised',
      'dropped',
      'throttled',
      'failed_commits',
    ].filter((name) => (happened[name] ?? 0) < seeds.length / 20);
    expect(seldom).toEqual([]);
    expect(happened['resent']).toBeGreaterThan(2 * seeds.length);
  },
  seeds.length * 5_000,
);

test('a seed tells the same story each time', async () => {
  const seed = seeds[0] ?? 1;
  expect(await runSeed(seed)).toEqual(await runSeed(seed));
});

test('a batch is not skipped where only its own commit failed', async () => {
  expect((await runSeed(382)).violations).toEqual([]);
});
