import type { FlagValue } from '../vocabulary/resources.ts';

/** A span for people: "0 s", "42 s", "4 m 12 s", "15 m", "2 h 5 m", "3 d 4 h". */
export function formatDuration(durationMs: number): string {
  const seconds = Math.max(0, Math.floor(durationMs / 1_000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return joined(`${minutes} m`, seconds % 60, 's');
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return joined(`${hours} h`, minutes % 60, 'm');
  return joined(`${Math.floor(hours / 24)} d`, hours % 24, 'h');
}

/** Of the lesser unit nothing is said where there is none of it: "1 h". */
function joined(whole: string, rest: number, unit: string): string {
  return rest === 0 ? whole : `${whole} ${rest} ${unit}`;
}

const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
  y: 365 * 86_400_000,
};

/** The milliseconds of "500ms", "30s", "15m", "2h", "1d", "2w", "1y" or "1h30m"; `undefined` for all else. */
export function parseDuration(input: string): number | undefined {
  const compact = input.trim().toLowerCase().replaceAll(' ', '');
  if (!/^(\d+(\.\d+)?(ms|[smhdwy]))+$/.test(compact)) return undefined;
  let total = 0;
  for (const [, amount = '0', unit = ''] of compact.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdwy])/g)) {
    total += Number(amount) * (unitMs[unit] ?? 0);
  }
  return Math.round(total);
}

/** A latency: "0.4 ms", "38 ms", "2.00 s". */
export function formatMs(milliseconds: number): string {
  if (milliseconds >= 1_000) return `${(milliseconds / 1_000).toFixed(milliseconds >= 10_000 ? 1 : 2)} s`;
  return `${milliseconds >= 10 ? Math.round(milliseconds) : milliseconds.toFixed(1)} ms`;
}

/** A ratio as a percentage; what is not nothing never reads as nothing. */
export function formatRatio(ratio: number): string {
  const percent = ratio * 100;
  if (percent > 0 && percent < 1) return '<1 %';
  if (percent > 99 && percent < 100) return '>99 %';
  return `${Math.round(percent)} %`;
}

/** Something a second: "0", "0.4", "12", "1.2 k". */
export function formatRate(perSecond: number): string {
  if (perSecond === 0) return '0';
  if (perSecond < 0.1) return '<0.1';
  if (perSecond < 10) return perSecond.toFixed(1);
  if (perSecond < 1_000) return `${Math.round(perSecond)}`;
  return `${(perSecond / 1_000).toFixed(perSecond < 10_000 ? 1 : 0)} k`;
}

/** A time of day in the reader's own zone: "14:02:07". */
export function formatClock(at: number): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => `${part}`.padStart(2, '0'))
    .join(':');
}

/** A moment in the reader's own zone: "2026-01-31 14:02:07". */
export function formatMoment(at: number): string {
  const date = new Date(at);
  const day = [date.getFullYear(), date.getMonth() + 1, date.getDate()];
  return `${day.map((part) => `${part}`.padStart(2, '0')).join('-')} ${formatClock(at)}`;
}

/** The reader's own zone at a moment: "UTC", "UTC+1", "UTC-3:30". */
export function formatZone(at: number): string {
  const minutes = -new Date(at).getTimezoneOffset();
  if (minutes === 0) return 'UTC';
  const rest = Math.abs(minutes) % 60;
  const hours = Math.floor(Math.abs(minutes) / 60);
  return `UTC${minutes < 0 ? '-' : '+'}${hours}${rest === 0 ? '' : `:${`${rest}`.padStart(2, '0')}`}`;
}

/** A moment in the reader's own zone, with its date unless that is the one of `now`. */
export function formatTime(at: number, now: number): string {
  const isToday = new Date(at).toDateString() === new Date(now).toDateString();
  return isToday ? formatClock(at) : formatMoment(at);
}

/** A flag's value: booleans as people say them. */
export function formatValue(value: FlagValue): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** "1 flag", "2 flags". */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
