/** Two outlines of bars, for SVG: all calls, and those that failed, which stand in front. */
export interface SparkPaths {
  readonly calls: string;
  readonly failed: string;
}

export const sparkBox = { width: 100, height: 24 } as const;
const gap = 1;

/** Bars of equal width, the highest as high as the box. What is not nothing is at least one unit high. */
export function sparkPaths(calls: readonly number[], failed: readonly number[]): SparkPaths {
  const highest = Math.max(1, ...calls, ...failed);
  return { calls: bars(calls, highest), failed: bars(failed, highest) };
}

function bars(values: readonly number[], highest: number): string {
  const step = sparkBox.width / Math.max(1, values.length);
  const width = round(step - gap);
  return values
    .map((value, index) => {
      if (value <= 0) return '';
      const height = round(Math.max(1, (value / highest) * sparkBox.height));
      return `M${round(index * step)} ${sparkBox.height}v-${height}h${width}v${height}z`;
    })
    .join('');
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
