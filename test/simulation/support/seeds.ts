import { runSeed, type SeedReport } from './run-seed.ts';
import type { Seams } from './seams.ts';

/** The one seed of `SEED`, or the first so many; `SEEDS` asks for another number of them. */
export function seedsToRun(count: number): number[] {
  const { SEED, SEEDS } = process.env;
  if (SEED !== undefined) return [Number(SEED)];
  return firstSeeds(SEEDS === undefined ? count : Number(SEEDS));
}

/** From 1 on. */
export function firstSeeds(count: number): number[] {
  return Array.from({ length: count }, (_none, index) => index + 1);
}

/** How to see a failure again. */
export function replayOf({ seed, violations }: SeedReport): string {
  return `SEED=${seed} npx vitest run test/simulation\n${violations.slice(0, 5).join('\n')}`;
}

/** The first seed that finds something wrong. */
export async function firstFailing(
  seeds: readonly number[],
  seams: () => Seams,
): Promise<SeedReport | undefined> {
  for (const seed of seeds) {
    const report = await runSeed(seed, seams());
    if (report.violations.length > 0) return report;
  }
  return undefined;
}

/** What happened in all of them together. */
export function sumOf(reports: readonly SeedReport[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const { happened } of reports) {
    for (const [name, count] of Object.entries(happened)) sum[name] = (sum[name] ?? 0) + count;
  }
  return sum;
}
