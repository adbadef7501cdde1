import { countIndex } from '@holdfast/shared';
import { type ErrorSource, ResilienceError } from '../../errors.ts';
import { describeConfig } from '../../options/describe-config.ts';
import type { Meter } from '../../telemetry/meter.ts';
import type { CallOptions } from '../call.ts';
import type { Entrance, Turn } from '../engine/layers.ts';
import { meterOf, type Site, sourceOf } from '../site.ts';
import { Spell } from '../spell.ts';
import { createAllowance, slackMs } from './allowance.ts';
import { Line } from './line.ts';
import type { RateLimiterSettings } from './options.ts';

/** Rate limiting as a layer of a pipeline, or of an engine of its own. */
export function createLimiting(site: Site, settings: RateLimiterSettings): Limiter {
  return new Limiter(site, settings);
}

/** Lets calls in at a rate, for each key on its own. */
export class Limiter implements Entrance {
  readonly meter: Meter;
  /** Keys that were forgotten while they still had something to remember. */
  forgottenKeyCount = 0;
  readonly #site: Site;
  readonly #settings: RateLimiterSettings;
  readonly #source: ErrorSource;
  readonly #saturation: Spell;
  /** Whether it is a layer of a pipeline. One that stands alone has its calls counted by its engine. */
  readonly #isPart: boolean;
  /** The longest unused first. */
  readonly #lines = new Map<string, Line>();
  /** For calls without a key. */
  readonly #common: Line;
  readonly #gaveUp = (): void => this.leave(countIndex.cancelled);

  constructor(site: Site, settings: RateLimiterSettings) {
    this.#site = site;
    this.#settings = settings;
    this.#source = sourceOf(site, 'rate_limiter');
    this.#isPart = site.pipeline !== undefined;
    this.#common = this.#newLine();
    this.meter = meterOf(site, {
      kind: 'rate_limiter',
      config: describeConfig(settings),
      gauges: () => this.#gauges(),
    });
    this.#saturation = new Spell(site.runtime, this.meter, [
      'rate_limiter.saturated',
      'rate_limiter.recovered',
    ]);
  }

  admit(nowMs: number, options: CallOptions | undefined): ResilienceError | Turn | undefined {
    const line = this.#lineOf(options?.key, nowMs);
    const waitMs = line.allowance.waitMs(nowMs);
    if (waitMs <= slackMs) {
      line.allowance.take(nowMs);
      return undefined;
    }
    return waitMs <= this.#settings.maxWaitMs + slackMs ? line.join(nowMs) : this.#rejection(waitMs);
  }

  leave(outcome: number): void {
    if (this.#isPart) this.meter.count(outcome);
  }

  /** Takes one without a call, where it is there at once. */
  tryAcquire(key: string | undefined): boolean {
    const nowMs = this.#site.runtime.clock.monotonic();
    const { allowance } = this.#lineOf(key, nowMs);
    const waitMs = allowance.waitMs(nowMs);
    if (waitMs <= slackMs) {
      allowance.take(nowMs);
      this.meter.count(countIndex.success);
      return true;
    }
    this.meter.count(countIndex.rejected);
    this.#noteRejection();
    return false;
  }

  /** Takes all that are there, and answers how many that were. */
  drain(key: string | undefined): number {
    const nowMs = this.#site.runtime.clock.monotonic();
    const { allowance } = this.#lineOf(key, nowMs);
    const count = allowance.available(nowMs);
    allowance.take(nowMs, count);
    return count;
  }

  available(key: string | undefined): number {
    const line = key === undefined ? this.#common : this.#lines.get(key);
    const nowMs = this.#site.runtime.clock.monotonic();
    return line === undefined ? this.#settings.burst : line.allowance.available(nowMs);
  }

  #lineOf(key: string | undefined, nowMs: number): Line {
    if (key === undefined) return this.#common;
    const lines = this.#lines;
    const line = lines.get(key) ?? this.#newLine();
    lines.delete(key);
    lines.set(key, line);
    if (lines.size > this.#settings.maxKeys) this.#forgetOldest(nowMs);
    return line;
  }

  #newLine(): Line {
    return new Line(this.#site.runtime.clock, createAllowance(this.#settings), this.#gaveUp);
  }

  #forgetOldest(nowMs: number): void {
    for (const [key, line] of this.#lines) {
      this.#lines.delete(key);
      if (!line.isIdle(nowMs, this.#settings.burst)) this.forgottenKeyCount += 1;
      return;
    }
  }

  #rejection(waitMs: number): ResilienceError {
    if (this.#isPart) this.meter.count(countIndex.rejected);
    this.#noteRejection();
    const { limit, perMs } = this.#settings;
    const retryAfterMs = Math.ceil(waitMs - slackMs);
    const said = `lets ${limit} in per ${perMs} ms; the next in ${retryAfterMs} ms`;
    return new ResilienceError({
      code: 'HOLDFAST_RATE_LIMITED',
      message: `rate limiter "${this.#site.name}" ${said}`,
      source: this.#source,
      retryAfterMs,
    });
  }

  #noteRejection(): void {
    this.meter.count(countIndex.class_rejected);
    this.#saturation.note();
  }

  #gauges(): { available: number; queue_length: number } {
    const nowMs = this.#site.runtime.clock.monotonic();
    let available = this.#common.allowance.available(nowMs);
    let waitingCount = this.#common.length;
    for (const line of this.#lines.values()) {
      available = Math.min(available, line.allowance.available(nowMs));
      waitingCount += line.length;
    }
    return { available, queue_length: waitingCount };
  }
}
