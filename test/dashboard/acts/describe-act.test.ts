import { describe, expect, test } from 'vitest';
import { actDone } from '../../../dashboard/src/acts/act-done.ts';
import { describeBreakerAct, describeFlagAct } from '../../../dashboard/src/acts/describe-act.ts';
import { openBreaker, sampleBreaker } from '../sample-breakers.ts';
import { failingFleet } from '../sample-fleet.ts';

const address = 'checkout/circuit_breaker/payments';

describe('acts on a breaker', () => {
  test.each([
    ['forced_open', 'Hold checkout/payments open?', 'Hold open', true],
    ['disabled', 'Bypass checkout/payments?', 'Bypass', true],
    ['closed', 'Close checkout/payments now?', 'Close now', false],
  ] as const)('%s asks for what it will do', (state, title, confirm, lasts) => {
    const words = describeBreakerAct(
      { kind: 'set_breaker', address, state },
      openBreaker('checkout/payments', 0),
    );
    expect(words).toMatchObject({ title, confirm, lasts });
    expect(words.effect).toContain('90 calls/s in 3 instances of checkout');
  });

  test('a hold names the flags that it degrades', () => {
    const act = { kind: 'set_breaker', address, state: 'forced_open' } as const;
    const { effect, isGrave } = describeBreakerAct(act, openBreaker('checkout/payments', 0));
    expect(effect).toContain('express_pay, recommendations');
    expect(isGrave).toBe(true);
  });

  test('a release says in which instance', () => {
    const act = { kind: 'release_breaker', address, instance: 'c5' } as const;
    expect(describeBreakerAct(act, sampleBreaker('checkout/payments')).title).toBe(
      'Release checkout/payments on c5?',
    );
  });
});

describe('acts on a flag', () => {
  const flags = new Map(failingFleet().flags.map((flag) => [flag.key, flag]));

  function wordsFor(key: string, value: boolean | number | undefined) {
    const flag = flags.get(key);
    if (flag === undefined) throw new Error(`no flag ${key}`);
    return describeFlagAct({ kind: 'set_flag', key, value: value ?? 0 }, flag, value);
  }

  test('a switch is turned', () => {
    expect(wordsFor('recommendations', true)).toMatchObject({
      title: 'Turn recommendations on?',
      confirm: 'Turn on',
      isGrave: false,
    });
    expect(wordsFor('real_time_inventory', false).isGrave).toBe(true);
  });

  test('another value is set, once it is one', () => {
    expect(wordsFor('page_size', 8)).toMatchObject({ title: 'Set page_size?', confirm: 'Set value' });
    expect(wordsFor('page_size', undefined).effect).toBe('Type a value.');
  });
});

test('what was done is told with its end', () => {
  const [held] = failingFleet().audit;
  if (held === undefined) throw new Error('the sample has no audit entry');
  expect(actDone({ ...held, expiresAt: held.at })).toMatch(
    /^storefront\/reviews held open, until \d\d:\d\d:\d\d$/,
  );
  expect(actDone({ ...held, expiresAt: held.at + 30 * 86_400_000 })).toMatch(
    /, until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/,
  );
});
