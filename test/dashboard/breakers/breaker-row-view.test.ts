import { describe, expect, test } from 'vitest';
import { breakerRowView } from '../../../dashboard/src/breakers/breaker-row-view.ts';
import { failingBreakers, openBreaker, sampleAt, sampleBreaker } from '../sample-breakers.ts';

test('an open breaker has figures, cause and what hangs on it', () => {
  const row = breakerRowView(openBreaker('checkout/payments', sampleAt));
  expect(row).toMatchObject({
    label: 'checkout/payments',
    state: 'open',
    words: { label: 'open', effect: 'blocking' },
    isProblem: true,
    failed: '66 %',
    failedLevel: 'high',
    rate: '90',
    p99: '2.00 s',
    cause: '66 % of 100 calls failed, last: ETIMEDOUT',
  });
  expect(row.badges.map(({ text }) => text)).toEqual(['2 of 3 instances', '2 bound flags']);
});

test('a breaker without calls has dashes, not zeros', () => {
  const { failureRatio: _ratio, p99Ms: _p99, ...rates } = sampleBreaker('a/b').rates;
  expect(breakerRowView(sampleBreaker('a/b', { rates }))).toMatchObject({ failed: '–', p99: '–' });
});

test('a closed breaker does not drag its old cause along', () => {
  const breaker = {
    state: 'closed',
    sinceAt: 0,
    states: { closed: 3 },
    cause: 'the probes succeeded',
    flags: [],
  } as const;
  expect(breakerRowView(sampleBreaker('a/b', { breaker })).cause).toBeUndefined();
});

describe('the badges', () => {
  const rows = failingBreakers(sampleAt).map(breakerRowView);

  function badges(label: string): string[] {
    return rows.find((row) => row.label === label)?.badges.map(({ text }) => text) ?? ['no such row'];
  }

  test('say who holds a breaker', () => {
    expect(badges('storefront/reviews')).toEqual(['held open by ana', '1 bound flag']);
  });

  test('say how many further holds there are', () => {
    const held = failingBreakers(sampleAt).find(({ name }) => name === 'reviews');
    if (held?.breaker?.override === undefined) throw new Error('the sample has no hold');
    const breaker = { ...held.breaker, otherOverrides: [held.breaker.override] };
    const texts = breakerRowView({ ...held, breaker }).badges.map(({ text }) => text);
    expect(texts).toContain('and 1 more hold');
  });

  test('say how many instances are not connected', () => {
    expect(badges('payments/ledger')).toEqual(['1 of 2 not connected']);
  });

  test('are left out where no instance is connected at all', () => {
    expect(badges('payments/bank')).toEqual([]);
    expect(rows.find((row) => row.label === 'payments/bank')?.state).toBe('unknown');
  });
});
