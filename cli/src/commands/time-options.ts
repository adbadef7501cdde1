import { formatDuration, overrideLimits, parseDuration } from '@holdfast/shared';
import { usageFailure } from '../failure.ts';

/** The milliseconds of an option such as `--timeout 5m`. */
export function readSpan(option: string, text: string): number {
  const span = parseDuration(text);
  if (span === undefined)
    throw usageFailure(`${option} must be a span such as 30s, 15m or 1h30m (${units}), got '${text}'`);
  return span;
}

const units = 'ms, s, m, h, d, w or y';

/** How long an override is to hold. */
export function readHold(text: string): number {
  const forMs = readSpan('--for', text);
  const { minForMs, maxForMs } = overrideLimits;
  if (forMs >= minForMs && forMs <= maxForMs) return forMs;
  const limits = `between ${formatDuration(minForMs)} and ${formatDuration(maxForMs)}`;
  throw usageFailure(`--for must be ${limits}, got '${text}'`);
}

/**
 * An instant in epoch milliseconds: a span before `now` such as `15m` or `15m ago`, a time of day, an ISO
 * date, of the reader's own zone where it names none, or epoch milliseconds. A time of day is the last that
 * has been: after midnight `23:59` is yesterday's. For `--until` it is that of today.
 */
export function readInstant(option: string, text: string, now: number): number {
  const span = parseDuration(text.replace(/\s+ago\s*$/i, ''));
  const instant = span === undefined ? (timeOfDay(text, now) ?? dateOf(text)) : now - span;
  if (instant === undefined)
    throw usageFailure(
      `${option} must be a span such as 15m (${units}), a time such as 14:30 or a date such as` +
        ` 2026-01-31T14:30Z, got '${text}'`,
    );
  const isYesterday = instant > now && isTimeOfDay.test(text) && option !== '--until';
  return isYesterday ? dayBefore(instant) : instant;
}

const isTimeOfDay = /^\d{1,2}:\d{2}(:\d{2})?$/;

function timeOfDay(text: string, now: number): number | undefined {
  const [hours = 0, minutes = 0, seconds = 0] = text.split(':').map(Number);
  const isOne = isTimeOfDay.test(text) && hours < 24 && minutes < 60 && seconds < 60;
  return isOne ? new Date(now).setHours(hours, minutes, seconds, 0) : undefined;
}

/** JavaScript takes a date alone for one of Greenwich. */
function dateOf(text: string): number | undefined {
  if (/^\d{12,14}$/.test(text)) return Number(text); // as the JSON of every answer has it
  if (!/^\d{4}-\d{2}-\d{2}/.test(text)) return undefined;
  const instant = Date.parse(text.length === 10 ? `${text}T00:00` : text);
  return Number.isNaN(instant) ? undefined : instant;
}

/** Not 24 hours, as days are longer and shorter where clocks are changed. */
function dayBefore(at: number): number {
  const date = new Date(at);
  return date.setDate(date.getDate() - 1);
}

/** `--since` and `--until`, as a command got them. */
export interface Period {
  readonly since?: string;
  readonly until?: string;
}

/** `--since` and `--until`, where they are given. */
export function readPeriod(
  options: Period,
  now: number,
): {
  readonly sinceAt: number | undefined;
  /** What is given of both, as the collector takes it. */
  readonly between: { readonly since?: number; readonly until?: number };
} {
  const sinceAt = options.since === undefined ? undefined : readInstant('--since', options.since, now);
  const untilAt = options.until === undefined ? undefined : readInstant('--until', options.until, now);
  if (sinceAt !== undefined && untilAt !== undefined && sinceAt > untilAt)
    throw usageFailure(`--since must be before --until, got '${options.since}' and '${options.until}'`);
  const between = {
    ...(sinceAt === undefined ? {} : { since: sinceAt }),
    ...(untilAt === undefined ? {} : { until: untilAt }),
  };
  return { sinceAt, between };
}

export const sinceOption = ['--since <time>', 'from then on: a span such as 15m, a time, or a date'] as const;
export const untilOption = ['--until <time>', 'up to then'] as const;
