/**
 * Latencies in log-linear buckets: each power of two from 2^-6 ms (15.6 µs) to 2^19 ms (8.7 min) is cut
 * into 18 equal parts, so that a bucket's representative is at most 2.7 % from any value in it. Values
 * below and above fall into the first and the last bucket. Merging is addition.
 */
const partsPerOctave = 18;
const lowestExponent = -6;
const octaves = 25;
export const bucketCount: number = partsPerOctave * octaves;

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/**
 * The bucket of a duration in milliseconds. Reads the float's exponent and mantissa instead of a logarithm.
 */
export function bucketOf(durationMs: number): number {
  float[0] = durationMs;
  const raw = bits[0] as number; // a typed array's own element: always there
  const octave = ((raw >>> 23) & 0xff) - 127 - lowestExponent;
  if (octave < 0 || raw >>> 31 === 1) return 0;
  if (octave >= octaves) return bucketCount - 1;
  return octave * partsPerOctave + (((raw & 0x7fffff) * partsPerOctave) >>> 23);
}

/**
 * The value, in milliseconds, that stands for a bucket: the harmonic mean of its edges, which balances the
 * error.
 */
export function bucketValue(bucket: number): number {
  const scale = 2 ** (Math.floor(bucket / partsPerOctave) + lowestExponent);
  const part = bucket % partsPerOctave;
  const low = scale * (1 + part / partsPerOctave);
  const high = scale * (1 + (part + 1) / partsPerOctave);
  return (2 * low * high) / (low + high);
}

/** Bucket, count, bucket, count …, by ascending bucket; only buckets that hold something. */
export type SparseHistogram = readonly number[];

/** The occupied buckets of a dense array, which may end before the last bucket. */
export function toSparse(counts: ArrayLike<number>): number[] {
  const sparse: number[] = [];
  for (let bucket = 0; bucket < counts.length; bucket++) {
    const count = counts[bucket] ?? 0;
    if (count > 0) sparse.push(bucket, count);
  }
  return sparse;
}

/** The sum of two sparse histograms. */
export function mergeSparse(a: SparseHistogram, b: SparseHistogram): SparseHistogram {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const merged: number[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const left = a[i] ?? Number.POSITIVE_INFINITY;
    const right = b[j] ?? Number.POSITIVE_INFINITY;
    const bucket = Math.min(left, right);
    merged.push(bucket, (left === bucket ? (a[i + 1] ?? 0) : 0) + (right === bucket ? (b[j + 1] ?? 0) : 0));
    if (left === bucket) i += 2;
    if (right === bucket) j += 2;
  }
  return merged;
}

/**
 * The duration in milliseconds below which `ratio` (0 to 1) of the values lie; `undefined` without values.
 */
export function percentile(histogram: SparseHistogram, ratio: number): number | undefined {
  let total = 0;
  for (let i = 1; i < histogram.length; i += 2) total += histogram[i] ?? 0;
  if (total === 0) return undefined;
  const rank = Math.max(1, Math.ceil(ratio * total));
  let seen = 0;
  for (let i = 0; i < histogram.length; i += 2) {
    seen += histogram[i + 1] ?? 0;
    if (seen >= rank) return bucketValue(histogram[i] ?? 0);
  }
  return undefined;
}

/** Between two calls of `percentilesOf` it holds nothing. */
const together = new Float64Array(bucketCount);

/**
 * The same of several histograms taken together, for several ratios in ascending order, without merging
 * them first.
 */
export function percentilesOf(
  histograms: readonly SparseHistogram[],
  ratios: readonly number[],
): (number | undefined)[] {
  let total = 0;
  for (const histogram of histograms) {
    for (let i = 0; i < histogram.length; i += 2) {
      const bucket = histogram[i] ?? 0;
      together[bucket] = (together[bucket] ?? 0) + (histogram[i + 1] ?? 0);
      total += histogram[i + 1] ?? 0;
    }
  }
  if (total === 0) return ratios.map(() => undefined);
  let seen = 0;
  let bucket = -1;
  const values = ratios.map((ratio) => {
    const rank = Math.max(1, Math.ceil(ratio * total));
    while (seen < rank) seen += together[++bucket] ?? 0;
    return bucketValue(bucket);
  });
  together.fill(0);
  return values;
}
