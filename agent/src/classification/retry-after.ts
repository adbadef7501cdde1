import { field, isObject, read, statusOf } from './facts.ts';

/**
 * What the other side asked for: to come back after that many milliseconds, or never; `undefined` where it
 * said nothing. At most an hour: a broken header must not keep a service away for days.
 */
export function retryAfterOf(link: object, now: () => number): number | 'never' | undefined {
  const own = read(link, 'retryAfterMs');
  if (typeof own === 'number' && own >= 0) return bounded(own); // NaN is a header that was not there
  const pushback = valueIn(read(link, 'metadata'), 'grpc-retry-pushback-ms');
  // gRPC A6: what is negative or no number asks for no retry at all.
  if (pushback !== undefined) return Number(pushback) >= 0 ? bounded(Number(pushback)) : 'never';
  const headers =
    read(link, 'headers') ??
    field(read(link, 'response'), 'headers') ??
    field(read(link, '$response'), 'headers');
  return isObject(headers) ? fromHeaders(headers, link, now) : undefined;
}

function fromHeaders(headers: object, link: object, now: () => number): number | undefined {
  for (const name of inMilliseconds) {
    const value = Number(valueIn(headers, name));
    if (value >= 0) return bounded(value);
  }
  const asked = asDelay(valueIn(headers, 'retry-after'), now);
  // Every answer may say when a window ends; only these say that it matters.
  return asked ?? (windowStatuses.has(statusOf(link) ?? 0) ? endOfWindow(headers, now) : undefined);
}

function endOfWindow(headers: object, now: () => number): number | undefined {
  // Draft 7: "limit=9, remaining=0, reset=5"; from draft 8: `"default";r=0;t=5`.
  const inRateLimit = /\b(?:reset|t)=(\d{1,10})/.exec(valueIn(headers, 'ratelimit') ?? '')?.[1];
  if (inRateLimit !== undefined) return bounded(Number(inRateLimit) * 1_000);
  for (const name of resets) {
    const delayMs = asDelay(valueIn(headers, name), now);
    if (delayMs !== undefined) return delayMs;
  }
  return undefined;
}

/**
 * Milliseconds from now. Numbers are seconds to wait; those so large that they must be a date are epoch
 * seconds, and larger ones still epoch milliseconds. Anything else is read as a date.
 */
function asDelay(value: string | undefined, now: () => number): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  if (!/^\d{1,15}(\.\d+)?$/.test(text)) {
    const at = aDate.test(text) ? Date.parse(text) : Number.NaN;
    return Number.isNaN(at) ? undefined : bounded(at - now());
  }
  const number = Number(text);
  if (number < 1e9) return bounded(number * 1_000);
  return bounded((number < 1e11 ? number * 1_000 : number) - now());
}

/** A header of a `Headers`, axios' headers, gRPC's metadata, or an object with names in any case. */
function valueIn(headers: unknown, name: string): string | undefined {
  if (!isObject(headers)) return undefined;
  const get = read(headers, 'get');
  const found: unknown =
    typeof get === 'function' ? Reflect.apply(get, headers, [name]) : ownValueIn(headers, name);
  const value: unknown = Array.isArray(found) ? found[0] : found;
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

function ownValueIn(headers: object, name: string): unknown {
  const direct = read(headers, name);
  if (direct !== undefined) return direct;
  const key = Object.keys(headers)
    .slice(0, maxHeaders)
    .find((candidate) => candidate.length === name.length && candidate.toLowerCase() === name);
  return key === undefined ? undefined : read(headers, key);
}

function bounded(retryAfterMs: number): number {
  return Math.min(Math.max(0, retryAfterMs), 3_600_000);
}

const inMilliseconds = ['retry-after-ms', 'x-ms-retry-after-ms', 'x-amz-retry-after'];
const resets = ['ratelimit-reset', 'x-ratelimit-reset', 'x-rate-limit-reset', 'x-ratelimit-reset-after'];
/** Of HTTP or of ISO 8601: `Date.parse` finds one in nearly anything, as in a header that came twice. */
const aDate = /^(?:[a-z]{3,9},? \d\d|[a-z]{3} [a-z]{3} [ \d]\d|\d{4}-\d\d-\d\dT)/i;
const windowStatuses: ReadonlySet<number> = new Set([413, 429, 503]);
const maxHeaders = 100;
