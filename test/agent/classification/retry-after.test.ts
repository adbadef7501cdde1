import { describe, expect, test } from 'vitest';
import { createAgent } from '@holdfast/agent';
import { FakeClock } from '@holdfast/agent/testing';

const startAt = Date.parse('2026-01-01T00:00:00Z');
const agent = createAgent({ service: 'shop', collector: false, clock: new FakeClock(startAt) });

function delayOf(status: number, headers: Readonly<Record<string, string>>): number | undefined {
  return agent.classify({ status, headers }).retryAfterMs;
}

describe('when the other side wants to be asked again', () => {
  test.each<[Readonly<Record<string, string>>, number | undefined]>([
    [{ 'retry-after': '7' }, 7_000],
    [{ 'Retry-After': '7' }, 7_000],
    [{ 'retry-after': 'Thu, 01 Jan 2026 00:00:30 GMT' }, 30_000],
    [{ 'retry-after-ms': '250', 'retry-after': '1' }, 250],
    [{ 'x-ms-retry-after-ms': '250' }, 250],
    [{ 'ratelimit-reset': '12' }, 12_000],
    [{ 'RateLimit-Reset': '12' }, 12_000],
    [{ ratelimit: 'limit=100, remaining=0, reset=12' }, 12_000],
    [{ ratelimit: '"default";r=0;t=12' }, 12_000],
    [{ 'x-ratelimit-reset': '12' }, 12_000],
    [{ 'x-ratelimit-reset': `${startAt / 1_000 + 12}` }, 12_000],
    [{ 'x-ratelimit-reset': `${startAt + 12_000}` }, 12_000],
    [{ 'x-ratelimit-reset': '2026-01-01T00:00:12Z' }, 12_000],
    [{ 'x-rate-limit-reset': `${startAt / 1_000 + 12}` }, 12_000],
    [{ 'x-ratelimit-reset-after': '1.5' }, 1_500],
    [{ 'retry-after': '1', 'ratelimit-reset': '12' }, 1_000],
    [{ 'retry-after': 'soon', 'ratelimit-reset': '12' }, 12_000],
    [{ 'retry-after': '7, 8' }, undefined],
    [{ 'retry-after': '-7' }, undefined],
    [{ 'retry-after': 'Thursday, 01-Jan-26 00:00:30 GMT' }, 30_000],
    [{ 'retry-after': 'Thu Jan  1 00:00:30 2026 GMT' }, 30_000],
    [{ 'x-ratelimit-reset': `${startAt / 1_000 - 60}` }, 0],
    [{ 'x-ratelimit-reset': '9999999999' }, 3_600_000],
    [{ 'retry-after-ms': 'NaN' }, undefined],
    [{ ratelimit: '"default";r=0' }, undefined],
  ])('%o: %s ms', (headers, delayMs) => {
    expect(delayOf(429, headers)).toBe(delayMs);
    expect(agent.classify(new Response('', { status: 429, headers })).retryAfterMs).toBe(delayMs);
  });

  test('the end of a window matters only to who was turned away', () => {
    expect(delayOf(503, { 'ratelimit-reset': '12' })).toBe(12_000);
    expect(delayOf(500, { 'ratelimit-reset': '12' })).toBeUndefined();
    expect(delayOf(500, { 'retry-after': '12' })).toBe(12_000);
  });

  test('the delay of a rule stands where the error says none', () => {
    const ruled = createAgent({
      service: 'shop',
      collector: false,
      classification: [{ match: { status: 429 }, class: 'throttled', retryAfterMs: 50 }],
    });
    expect(ruled.classify({ status: 429 }).retryAfterMs).toBe(50);
    expect(ruled.classify({ status: 429, headers: { 'retry-after': '2' } }).retryAfterMs).toBe(2_000);
  });
});

test.each([
  [250, 250],
  [Number.POSITIVE_INFINITY, 3_600_000],
  [Number.NaN, undefined],
  [-1, undefined],
])('an error that asks for %s ms itself', (retryAfterMs, expected) => {
  expect(agent.classify({ status: 503, retryAfterMs }).retryAfterMs).toBe(expected);
});
