import type { HealthAnswer } from '../health/probe.ts';
import { mustBe } from '../options/checks.ts';

/** From which values on something is worse than `up`. */
export interface Levels {
  readonly degraded: number;
  readonly down: number;
}

/** The status of a value that is the worse the larger it is. What is up has nothing to say. */
export function judge(value: number, { degraded, down }: Levels, message: string): HealthAnswer {
  if (value <= degraded) return 'up';
  return { status: value > down ? 'down' : 'degraded', message };
}

/** Throws where a value is down before it is degraded. */
export function inOrder(levels: Levels, names: { readonly [K in keyof Levels]: string }): void {
  if (levels.degraded <= levels.down) return;
  const expected = `beyond \`${names.degraded}\` (${Math.abs(levels.degraded)})`;
  throw new RangeError(mustBe(names.down, expected, Math.abs(levels.down)));
}

export function percent(share: number): string {
  return `${Math.round(share * 1_000) / 10} %`;
}
