import type { ResourceView } from '@holdfast/shared';
import type { Paint, Tone } from '../../output/paint.ts';

const bars = { unicode: '▁▂▃▄▅▆▇█', ascii: '.:-=+*#@' } as const;

/**
 * The last minute in one line: the height is the number of calls, the tint the share that failed. In ASCII a
 * slot in which half of the calls or more failed is an X.
 */
export function sparkline(
  spark: ResourceView['spark'],
  { paint, ascii, width }: { readonly paint: Paint; readonly ascii: boolean; readonly width: number },
): string {
  const calls = gathered(spark.calls, width);
  const failed = gathered(spark.failed, width);
  const set = ascii ? bars.ascii : bars.unicode;
  const most = Math.max(...calls, 1);
  let line = '';
  let run = '';
  let runTone: Tone = 'quiet';
  for (const [slot, count] of calls.entries()) {
    const share = count === 0 ? 0 : (failed[slot] ?? 0) / count;
    const tone = toneOf(share);
    if (tone !== runTone) {
      line += paint(runTone, run);
      run = '';
      runTone = tone;
    }
    run += ascii && share >= 0.5 ? 'X' : barOf(set, count / most);
  }
  return line + paint(runTone, run);
}

/** At most `width` numbers: neighbours are added up where there are more. */
function gathered(slots: readonly number[], width: number): readonly number[] {
  const size = Math.ceil(slots.length / width);
  const sums: number[] = [];
  for (let at = 0; at < slots.length; at += size) {
    sums.push(slots.slice(at, at + size).reduce((sum, count) => sum + count, 0));
  }
  return sums;
}

function toneOf(share: number): Tone {
  if (share === 0) return 'quiet';
  return share < 0.5 ? 'warn' : 'bad';
}

function barOf(set: string, height: number): string {
  return height === 0 ? ' ' : (set[Math.min(set.length - 1, Math.floor(height * set.length))] ?? ' ');
}
