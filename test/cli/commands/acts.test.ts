import { describe, expect, test } from 'vitest';
import { scopeOfTest } from '../../support/scope.ts';
import { type FakeCollector, startFakeCollector } from '../support/fake-collector.ts';
import { runCommand } from '../support/fake-host.ts';
import { flag, fleetView, heldBreaker, troubledShop } from '../support/fleet.ts';

function shop(): Promise<FakeCollector> {
  return startFakeCollector(scopeOfTest(), { view: troubledShop() });
}

describe('an act', () => {
  const signed = { by: 'tester', via: 'cli' };
  const breaker = '/api/v1/resources/checkout/circuit_breaker/payments/override';

  test.each([
    ['breakers open checkout/payments', 'PUT', breaker, { ...signed, state: 'forced_open' }],
    [
      'breakers disable checkout@c1/payments',
      'PUT',
      breaker,
      { ...signed, state: 'disabled', instance: 'c1' },
    ],
    ['breakers open checkout/payments --for 5m', 'PUT', breaker, { ...signed, forMs: 300_000 }],
    ['breakers close checkout/payments', 'PUT', breaker, { ...signed, state: 'closed' }],
    ['breakers release checkout/payments --reason done', 'DELETE', breaker, { ...signed, reason: 'done' }],
    ['breakers reset checkout/payments', 'PUT', breaker, { ...signed, state: 'closed' }],
    [
      'flags off user_reviews --for 30s',
      'PUT',
      '/api/v1/flags/user_reviews/override',
      { ...signed, value: false, forMs: 30_000 },
    ],
    ['flags on user_reviews', 'PUT', '/api/v1/flags/user_reviews/override', { ...signed, value: true }],
    ['flags set user_reviews off', 'PUT', '/api/v1/flags/user_reviews/override', { ...signed, value: false }],
    ['flags clear user_reviews', 'DELETE', '/api/v1/flags/user_reviews/override', signed],
  ])('%s is sent with who and how', async (line, method, path, body) => {
    const collector = await shop();
    const { code, stderr } = await runCommand(line.split(' '), { url: collector.url });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(collector.asked.at(-1)).toMatchObject({ method, path, body });
  });

  test('says what was done and until when', async () => {
    const { url } = await shop();
    const { stdout } = await runCommand(['breakers', 'open', 'checkout/payments', '--for', '15m'], { url });
    expect(stdout).toMatch(/^checkout\/payments held open \(until \d\d:\d\d:07\)\n$/);
    const closed = await runCommand(['breakers', 'close', 'checkout/payments'], { url });
    expect(closed.stdout).toBe('checkout/payments closed by hand\n');
  });

  test('prints its audit entry as JSON', async () => {
    const { url } = await shop();
    const { stdout } = await runCommand(['flags', 'off', 'user_reviews', '-o', 'json'], { url });
    expect(JSON.parse(stdout)).toMatchObject({ action: 'flag.set', target: 'user_reviews', by: 'tester' });
  });

  test('on a held breaker, reset releases it first', async () => {
    const collector = await shop();
    await runCommand(['breakers', 'reset', 'checkout/shipping'], { url: collector.url });
    expect(collector.asked.map((asked) => asked.method)).toEqual(['GET', 'DELETE', 'PUT']);
  });
});

test.each(['close', 'reset'])('%s says that --for changes nothing', async (act) => {
  const collector = await shop();
  const line = ['breakers', act, 'checkout/payments', '--for', '15m'];
  expect(await runCommand(line, { url: collector.url })).toMatchObject({
    code: 0,
    stderr: `${act} happens once and holds nothing: --for changes nothing\n`,
  });
  expect(collector.asked.at(-1)?.body).toEqual({ by: 'tester', via: 'cli', state: 'closed' });
  expect(await runCommand([...line.slice(0, 4), 'soon'], { url: collector.url })).toMatchObject({ code: 2 });
});

test('reset releases every hold where it is', async () => {
  const { breaker: held, ...rest } = heldBreaker('checkout/shipping', { instance: 'c5' });
  if (held?.override === undefined) throw new Error('the sample is not held');
  const { instance: _instance, ...everywhere } = held.override;
  const breaker = { ...held, otherOverrides: [everywhere] };
  const view = fleetView({ resources: [{ ...rest, breaker }] });
  const collector = await startFakeCollector(scopeOfTest(), { view });
  await runCommand(['breakers', 'reset', 'checkout/shipping'], { url: collector.url });
  const released = collector.asked.filter(({ method }) => method === 'DELETE').map(({ body }) => body);
  const signed = { by: 'tester', via: 'cli', reason: 'reset' };
  expect(released).toEqual([{ ...signed, instance: 'c5' }, signed]);
});

describe('a person at a terminal', () => {
  test('is told the effect before a breaker is held open, and asked', async () => {
    const collector = await shop();
    const said = await runCommand(['breakers', 'open', 'checkout/payments'], {
      url: collector.url,
      answer: 'y',
    });
    expect(said.stderr).toContain('Rejects every call to payments-api');
    expect(said.questions).toEqual(['Go on? [y/N] ']);
    expect(said.code).toBe(0);
  });

  test.each(['n', '', 'yesterday'])('who answers %j changes nothing', async (answer) => {
    const collector = await shop();
    const said = await runCommand(['breakers', 'disable', 'checkout/payments'], {
      url: collector.url,
      answer,
    });
    expect(said).toMatchObject({ code: 8, stdout: '' });
    expect(collector.asked.every((asked) => asked.method === 'GET')).toBe(true);
  });

  test.each([
    'breakers open checkout/payments --yes',
    'breakers release checkout/shipping',
    'flags off user_reviews',
  ])('is not asked by %s', async (line) => {
    const { url } = await shop();
    expect((await runCommand(line.split(' '), { url, answer: 'n' })).questions).toEqual([]);
  });
});

describe('a flag that is no switch', () => {
  const view = fleetView({
    flags: [
      flag('limit', { type: 'number', value: 5, defaultValue: 5 }),
      flag('mode', { type: 'string', value: 'a', defaultValue: 'a' }),
      flag('settings', { type: 'object', value: {}, defaultValue: {} }),
    ],
  });

  test.each([
    ['limit', '3', 3],
    ['mode', '3', '3'],
    ['settings', '{"limit":3}', { limit: 3 }],
  ])('takes %s = %s as its own type', async (key, text, value) => {
    const collector = await startFakeCollector(scopeOfTest(), { view });
    await runCommand(['flags', 'set', key, text], { url: collector.url });
    expect(collector.asked.at(-1)?.body).toMatchObject({ value });
  });

  test.each([
    [['flags', 'set', 'limit', 'many'], "the value of limit must be a number, got 'many'"],
    [['flags', 'set', 'settings', '[1]'], 'the value of settings must be a JSON object such as {"limit": 3}'],
    [
      ['flags', 'off', 'mode'],
      'mode is no switch but holds a string: set it with holdfast flags set mode VALUE',
    ],
  ])('%j is refused with what would be right', async (argv, says) => {
    const collector = await startFakeCollector(scopeOfTest(), { view });
    const { code, stderr } = await runCommand(argv, { url: collector.url });
    expect(code).toBe(2);
    expect(stderr).toContain(says);
    expect(collector.asked.every((asked) => asked.method === 'GET')).toBe(true);
  });

  test('that is not there is answered with the nearest', async () => {
    const { url } = await startFakeCollector(scopeOfTest(), { view });
    expect(await runCommand(['flags', 'off', 'limt'], { url })).toMatchObject({
      code: 3,
      stderr: 'holdfast: no flag is called limt; did you mean limit?\n',
    });
  });
});
