import { expect, test } from 'vitest';
import { scopeOfTest } from '../../support/scope.ts';
import { type FakeCollector, startFakeCollector } from '../support/fake-collector.ts';
import { runCommand } from '../support/fake-host.ts';
import { troubledShop } from '../support/fleet.ts';

function shop(): Promise<FakeCollector> {
  return startFakeCollector(scopeOfTest(), { view: troubledShop() });
}

test.each([
  'flags on user_reviews',
  'flags off user_reviews',
  'flags set user_reviews off',
  'flags clear user_reviews',
  'breakers open checkout/payments',
  'breakers disable checkout@c1/payments',
  'breakers close checkout/payments',
  'breakers release checkout/payments',
])('%s is bound to a version with --if-version alone', async (line) => {
  const collector = await shop();
  const bound = await runCommand([...line.split(' '), '--if-version', '16'], { url: collector.url });
  expect(bound).toMatchObject({ code: 0, stderr: '' });
  expect(collector.asked.at(-1)).toMatchObject({ ifMatch: '"16"' });
  expect(collector.asked.at(-1)?.body).not.toHaveProperty('ifVersion');
  await runCommand(line.split(' '), { url: collector.url });
  expect(collector.asked.at(-1)?.ifMatch).toBeUndefined();
});

test.each(['flags get user_reviews', 'breakers get checkout/payments'])(
  '%s tells the version',
  async (line) => {
    const { url } = await shop();
    expect((await runCommand(line.split(' '), { url })).stdout).toMatch(/^desired version +17$/m);
    const { stdout } = await runCommand([...line.split(' '), '-o', 'json'], { url });
    expect(JSON.parse(stdout)).toMatchObject({ desiredVersion: 17 });
  },
);

test('what has changed since ends with 7 and says what happened', async () => {
  const collector = await shop();
  const detail = 'flag a was changed after version 16, at 2026-01-31T14:30:00.000Z by ann: a set to off';
  collector.refuse({ type: 'about:blank', title: 't', status: 409, detail });
  const line = ['flags', 'clear', 'user_reviews', '--if-version', '16'];
  const { code, stdout, stderr } = await runCommand(line, { url: collector.url });
  expect({ code, stdout }).toEqual({ code: 7, stdout: '' });
  expect(stderr).toContain('flag a was changed after version 16, at ');
  expect(stderr).toContain('by ann: a set to off');
});

test.each(['x', '-1', '1.5', ''])('--if-version %j is a wrong usage', async (version) => {
  const collector = await shop();
  const line = ['flags', 'on', 'user_reviews', `--if-version=${version}`];
  const { code, stderr } = await runCommand(line, { url: collector.url });
  expect(code).toBe(2);
  expect(stderr).toContain('whole number, such as 17');
  expect(collector.asked).toEqual([]);
});

test('what a person agrees to is bound to what they were shown', async () => {
  const collector = await shop();
  const line = ['breakers', 'open', 'checkout/payments'];
  await runCommand(line, { url: collector.url, answer: 'y' });
  expect(collector.asked.at(-1)).toMatchObject({ method: 'PUT', ifMatch: '"17"' });
  await runCommand([...line, '--if-version', '16'], { url: collector.url, answer: 'y' });
  expect(collector.asked.at(-1)).toMatchObject({ method: 'PUT', ifMatch: '"16"' });
});
