import { formatDuration, overrideLimits, parseDuration } from '@holdfast/shared';
import { usageFailure } from '../failure.ts';

/** The milliseconds of an option such as `--timeout 5m`. */
export function readSpan(option: string, text: string): number {
  const span = parseDuration(text);
  if (span === undefined)
    throw usageFailure(`${option} must be a time such as 30s, 15m or 1h30m, got '${text}'`);
  return span;
}

/** How long an override is to hold. */
export function readHold(text: string): number {
  const forMs = readSpan('--for', text);
  const { minForMs, maxForMs } = overrideLimits;
  if (forMs >= minForMs && forMs <= maxForMs) return forMs;
  const limits = `between ${formatDuration(minForMs)} and ${formatDuration(maxForMs)}`;
  throw usageFailure(`--for must be ${limits}, got '${text}'`);
}

/**
 * An instant in epoch milliseconds: a span before `now` such as `15m` or `15m ago`, a time of today, or an
 * ISO date.
 */
export function readInstant(option: string, text: string, now: number): number {
  const span = parseDuration(text.replace(/\s+ago\s*$/i, ''));
  if (span !== undefined) return now - span;
  if (/^\d{1,2}:\d{2}(:\d{2})?$/.test(text)) {
    const [hours = 0, minutes = 0, seconds = 0] = text.split(':').map(Number);
    if (hours < 24 && minutes < 60 && seconds < 60) return new Date(now).setHours(hours, minutes, seconds, 0);
  }
  const instant = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(instant)) return instant;
  throw usageFailure(
    `${option} must be a span such as 15m, a time such as 14:30 or a date such as 2026-01-31T14:30Z,` +
      ` got '${text}'`,
  );
}

/** `--since` and `--until`, as a command got them. */
export interface Period {
  readonly since?: string;
  readonly until?: string;
}

/** Whether an instant lies between `--since` and `--until`, where they are given. */
export function readPeriod(
  options: Period,
  now: number,
): {
  readonly sinceAt: number | undefined;
  /** What is given of both, as the collector takes it. */
  readonly between: { readonly since?: number; readonly until?: number };
  readonly includes: (at: number) => boolean;
} {
  const sinceAt = options.since === undefined ? undefined : readInstant('--since', options.since, now);
  const untilAt = options.until === undefined ? undefined : readInstant('--until', options.until, now);
  const between = {
    ...(sinceAt === undefined ? {} : { since: sinceAt }),
    ...(untilAt === undefined ? {} : { until: untilAt }),
  };
  return { sinceAt, between, includes: (at) => at >= (sinceAt ?? at) && at <= (untilAt ?? at) };
}

export const sinceOption = ['--since <time>', 'from then on: a span such as 15m, a time, or a date'] as const;
export const untilOption = ['--until <time>', 'up to then'] as const;
