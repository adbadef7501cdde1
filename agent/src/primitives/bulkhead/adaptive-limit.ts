import type { AdaptiveSettings, AimdSettings, Gradient2Settings } from './options.ts';

/** A call that has just left. Times are monotonic. */
export interface Sample {
  /** Whether it says that the other side has too much to do. */
  readonly isDrop: boolean;
  readonly startedMs: number;
  readonly endedMs: number;
  /** Calls under way with it. */
  readonly inFlightCount: number;
}

/** How many calls may be under way, as the calls so far let it appear. */
export interface AdaptiveLimit {
  /** A whole number. */
  readonly limit: number;
  note(sample: Sample): void;
}

export function createAdaptiveLimit(settings: AdaptiveSettings): AdaptiveLimit {
  return settings.kind === 'aimd' ? new Aimd(settings) : new Gradient2(settings);
}

/**
 * Additive increase, multiplicative decrease: one more for each round of as many successes as the limit, and
 * a share of it at the first drop of a round, as TCP avoids congestion (RFC 5681, 3.1). The share, the time
 * that counts as a drop, and that a limit of which not even half is used does not grow: `AIMDLimit` of
 * Netflix' concurrency-limits. That counts calls and not rounds; docs/decisions/0010 has the reasons.
 */
class Aimd implements AdaptiveLimit {
  readonly #settings: AimdSettings;
  #estimate: number;
  #decreasedMs = Number.NEGATIVE_INFINITY;

  constructor(settings: AimdSettings) {
    this.#settings = settings;
    this.#estimate = settings.initialLimit;
  }

  get limit(): number {
    return Math.floor(this.#estimate);
  }

  note({ isDrop, startedMs, endedMs, inFlightCount }: Sample): void {
    const { minLimit, maxLimit, backoffRatio, slowCallMs } = this.#settings;
    if (isDrop || endedMs - startedMs > slowCallMs) {
      // What began before the last decrease knows nothing of it.
      if (startedMs <= this.#decreasedMs) return;
      this.#decreasedMs = endedMs;
      this.#estimate = Math.max(minLimit, Math.min(this.limit - 1, this.#estimate * backoffRatio));
    } else if (inFlightCount * 2 >= this.limit) {
      this.#estimate = Math.min(maxLimit, this.#estimate + 1 / this.#estimate);
    }
  }
}

/**
 * Compares how long calls take with how long they usually took:
 * `gradient = max(0.5, min(1, rttTolerance * longRtt / shortRtt))`, and the limit goes by the share
 * `smoothing` towards `limit * gradient + queueSize`. `Gradient2Limit` of Netflix' concurrency-limits, with
 * the mean of a window for a sample as in its `WindowedLimit`.
 */
class Gradient2 implements AdaptiveLimit {
  readonly #settings: Gradient2Settings;
  #estimate: number;
  #longRttMs = 0;
  #windowCount = 0;
  /** Of the present window. */
  #endMs = Number.NEGATIVE_INFINITY;
  #sampleCount = 0;
  #sumMs = 0;
  #maxInFlight = 0;

  constructor(settings: Gradient2Settings) {
    this.#settings = settings;
    this.#estimate = settings.initialLimit;
  }

  get limit(): number {
    return Math.floor(this.#estimate);
  }

  note({ startedMs, endedMs, inFlightCount }: Sample): void {
    if (this.#sampleCount === 0) this.#endMs = Math.max(this.#endMs, startedMs + this.#settings.windowMs);
    this.#sampleCount += 1;
    this.#sumMs += endedMs - startedMs;
    this.#maxInFlight = Math.max(this.#maxInFlight, inFlightCount);
    if (endedMs < this.#endMs || this.#sampleCount < minSamples) return;
    this.#update(Math.max(shortestMs, this.#sumMs / this.#sampleCount), this.#maxInFlight);
    this.#endMs = endedMs + this.#settings.windowMs;
    this.#sampleCount = 0;
    this.#sumMs = 0;
    this.#maxInFlight = 0;
  }

  #update(shortRttMs: number, inFlightCount: number): void {
    const { minLimit, maxLimit, queueSize, smoothing, rttTolerance } = this.#settings;
    const longRttMs = this.#remember(shortRttMs);
    // After a long overload "usual" would take too long to come down.
    if (longRttMs / shortRttMs > 2) this.#longRttMs *= 0.95;
    // A limit that is not used says nothing.
    if (inFlightCount < this.#estimate / 2) return;
    const gradient = Math.max(0.5, Math.min(1, (rttTolerance * longRttMs) / shortRttMs));
    const next = this.#estimate * gradient + queueSize;
    const smoothed = this.#estimate * (1 - smoothing) + next * smoothing;
    this.#estimate = Math.max(minLimit, Math.min(maxLimit, smoothed));
  }

  /** A mean of the first windows, then one that forgets exponentially (`ExpAvgMeasurement`). */
  #remember(shortRttMs: number): number {
    this.#windowCount = Math.min(this.#windowCount + 1, warmUpCount + 1);
    const share =
      this.#windowCount <= warmUpCount ? 1 / this.#windowCount : 2 / (this.#settings.longWindow + 1);
    this.#longRttMs += (shortRttMs - this.#longRttMs) * share;
    return this.#longRttMs;
  }
}

const minSamples = 10;
const warmUpCount = 10;

/** What is answered at once must not look like an infinite speed-up. */
const shortestMs = 0.1;
