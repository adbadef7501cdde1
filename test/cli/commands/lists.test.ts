import { formatMoment, formatZone } from '@holdfast/shared';
import { describe, expect, test } from 'vitest';
import { scopeOfTest } from '../../support/scope.ts';
import { startFakeCollector } from '../support/fake-collector.ts';
import { runCommand } from '../support/fake-host.ts';
import { breaker, errors, fixtureAt, fleetView, openedEvent, troubledShop } from '../support/fleet.ts';

const audited = {
  id: 1,
  at: fixtureAt,
  version: 1,
  action: 'flag.set',
  target: 'recommendations',
  from: true,
  to: false,
  by: 'mia',
  via: 'web',
  reason: 'load',
} as const;

describe('a list', () => {
  const { breaker: _breaker, ...rest } = breaker('storefront/products');
  const cache = {
    ...rest,
    kind: 'cache' as const,
    address: 'storefront/cache/products',
    gauges: { limit: 100, available: 60 },
    differences: [
      {
        what: 'config.ttlMs',
        values: [
          { value: 500, instanceCount: 6, instances: ['s1', 's2', 's3', 's4'] },
          { instanceCount: 1, instances: ['s7'] },
        ],
      },
    ],
    rates: { ...rest.rates, actionsPerSecond: { cache_hits: 3 } },
  };
  const shop = troubledShop();
  const view = { ...shop, resources: [...shop.resources, cache], audit: [audited] };

  test.each([
    ['breakers ls', /^STATE +BREAKER +SINCE.*\n■ O open +checkout\/payments .* 60 % of 10 calls failed\n▣ F/],
    ['breakers ls -o wide', /INSTANCES +DEPENDENCY/],
    ['breakers ls --service storefront', /^STATE.*\n● C closed +storefront\/inventory/],
    ['breakers ls --problems', /(\n.*){4}$/],
    ['breakers get checkout/payments', /breaker +checkout\/payments\n[^]*total success +7/],
    [
      'resources ls',
      /ACTIVITY\n[^]*storefront\/cache\/products .* 40 of 100 entries kept, 3.0 cache hits\/s\n/,
    ],
    ['resources ls --kind cache', /^RESOURCE.*\nstorefront\/cache\/products .*\n$/],
    [
      'resources get storefront/cache/products',
      /kept.*\ndifferences +config.ttlMs 500 on s1, s2, s3, s4 and 2 more \/ not set on s7\ntotal success/,
    ],
    ['flags ls', /recommendations +off +DEGRADED .*storefront\/recommendations is open/],
    ['flags get recommendations', /per instance +storefront@s1=on/],
    ['errors ls', /^CLASS.*\npartial_outage +checkout\/payments +31 +300 +412/],
    ['errors get f1', /total +412\n[^]*code +ECONNREFUSED\nservices +checkout\nplaces +checkout.* 412\n$/],
    ['topology', /^SERVICE.*\ncheckout +inventory-api +◐ H half open +12 +circuit_breaker\/inventory\n/],
    ['topology -o json', /"edges": \[/],
    ['services ls', /CALLS OUT\/S\ncheckout +1 of 1 +unknown +3 +2/],
    ['agents ls', /SKEW +LAG +APPLIED +UNCLEAN[^]*checkout@c1 +connected.* 0 ms +- +3 of 3 +0 /],
    ['audit ls', /mia +web +recommendations set to off, was on +load/],
    ['audit ls -o wide', /flag\.set +recommendations +on +off +recommendations set/],
    ['audit ls -o csv', /,flag\.set,recommendations,true,false,/],
  ])('%s prints a table', async (line, shows) => {
    const { url } = await startFakeCollector(scopeOfTest(), { view });
    expect(await runCommand(line.split(' '), { url })).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(shows) as string,
      stderr: '',
    });
  });

  test('of events has the newest last, as many as asked for', async () => {
    const events = [openedEvent('1', 3_000), openedEvent('2', 2_000), openedEvent('3', 1_000)];
    const { url } = await startFakeCollector(scopeOfTest(), { view: fleetView({ events }) });
    const { stdout } = await runCommand(['events', 'ls', '-n', '2', '-o', 'ndjson'], { url });
    const ids = stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { id: string }).id); // events
    expect(ids).toEqual(['2', '3']);
  });

  test('of nothing says so on stderr, and is empty JSON', async () => {
    const { url } = await startFakeCollector(scopeOfTest(), { view: fleetView() });
    expect(await runCommand(['flags', 'ls'], { url })).toMatchObject({
      stdout: '',
      stderr: 'no service has defined a flag yet\n',
    });
    expect(await runCommand(['flags', 'ls', '-o', 'json'], { url })).toMatchObject({
      stdout: '[]\n',
      stderr: '',
    });
  });

  test('fits the terminal, without colour where none is wanted', async () => {
    const resources = [breaker('a-service-with-a-long-name/and-a-dependency-with-a-long-name-too', 'open')];
    const { url } = await startFakeCollector(scopeOfTest(), { view: fleetView({ resources }) });
    const { stdout } = await runCommand(['breakers', 'ls', '--ascii'], { url, columns: 90 });
    const lines = stdout
      .replaceAll(/\u001b\[[\d;]*m/g, '')
      .trimEnd()
      .split('\n');
    expect(lines.map((line) => line.length <= 90)).toEqual([true, true]);
    expect(lines[1]).toMatch(/^X O open {2}a-service-with/);
  });
});

test('a breaker that is not there is answered with the nearest', async () => {
  const { url } = await startFakeCollector(scopeOfTest(), { view: troubledShop() });
  expect(await runCommand(['breakers', 'get', 'checkout/paymnts'], { url })).toMatchObject({
    code: 3,
    stderr: 'holdfast: no breaker is called checkout/paymnts; did you mean checkout/payments?\n',
  });
});

test.each([
  ['storefrnt', 'no service is called storefrnt; did you mean storefront?'],
  ['x', 'no service is called x; there are checkout, storefront'],
])('breakers of the service %s, which is not there, are refused', async (service, says) => {
  const { url } = await startFakeCollector(scopeOfTest(), { view: troubledShop() });
  expect(await runCommand(['breakers', 'ls', '--service', service], { url })).toMatchObject({
    code: 3,
    stdout: '',
    stderr: `holdfast: ${says}\n`,
  });
});

test('errors that no rule knows are called unclassified, with what to do', async () => {
  const view = fleetView({ errors: [errors('checkout/payments', { class: 'unknown' })] });
  const { url } = await startFakeCollector(scopeOfTest(), { view });
  const { stdout, stderr } = await runCommand(['errors', 'ls'], { url });
  expect(stdout).toContain('unclassified  checkout/payments');
  expect(stderr).toMatch(/^No rule knows these errors: .*classification.*\n$/);
  const json = await runCommand(['errors', 'ls', '-o', 'json'], { url });
  expect(json).toMatchObject({ stdout: expect.stringContaining('"unknown"') as string, stderr: '' });
});

describe('a list of the past', () => {
  const at = '2026-03-01T12:00:00Z';
  const asked = `at=${Date.parse(at)}`;
  const moment = `${formatMoment(Date.parse(at))} ${formatZone(Date.parse(at))}`;

  test.each(['services', 'breakers', 'resources', 'errors', 'health', 'flags', 'agents', 'events', 'audit'])(
    'of %s asks for that moment and that filter, and says so',
    async (noun) => {
      const collector = await startFakeCollector(scopeOfTest(), { view: fleetView() });
      const words = [noun, 'ls', '--at', at, '--filter', 'svc:checkout', '-o', 'json'];
      const { code, stderr } = await runCommand(words, { url: collector.url });
      expect({ code, stderr }).toEqual({ code: 0, stderr: `as of ${moment}\n` });
      expect(collector.asked[0]?.path).toMatch(new RegExp(`/api/v1/\\w+\\?.*${asked}&filter=svc%3Acheckout`));
    },
  );

  test.each([
    ['breakers get checkout/payments', 'resources/checkout/circuit_breaker/payments'],
    ['resources get checkout/circuit_breaker/payments', 'resources/checkout/circuit_breaker/payments'],
    ['flags get recommendations', 'flags/recommendations'],
    ['errors get f1', 'errors/f1'],
    ['status', 'status'],
    ['topology', 'topology'],
  ])('%s asks for that moment, and says so', async (line, path) => {
    const collector = await startFakeCollector(scopeOfTest(), { view: troubledShop() });
    const { code, stderr } = await runCommand([...line.split(' '), '--at', at], { url: collector.url });
    expect({ code, stderr }).toEqual({ code: 0, stderr: `as of ${moment}\n` });
    expect(collector.asked[0]?.path).toBe(`/api/v1/${path}?${asked}`);
  });

  test('measures its spans to that moment', async () => {
    const { url } = await startFakeCollector(scopeOfTest(), { view: troubledShop() });
    const then = new Date(fixtureAt + 3_600_000).toISOString();
    const { stdout } = await runCommand(['breakers', 'ls', '--at', then], { url });
    expect(stdout).toMatch(/checkout\/payments +1 h 4 m/);
  });

  test('refuses a time or a filter that is none before it asks', async () => {
    const collector = await startFakeCollector(scopeOfTest(), { view: fleetView() });
    const { url } = collector;
    expect(await runCommand(['flags', 'ls', '--at', 'noon'], { url })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(
        '--at must be a span such as 15m (ms, s, m, h, d, w or y), a time',
      ) as string,
    });
    expect(await runCommand(['breakers', 'ls', '--filter', 'err>much'], { url })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--filter is wrong at character 5: `err` needs a percentage') as string,
    });
    expect(await runCommand(['errors', 'ls', '--filter', 'svc:a rps>1'], { url })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(
        'character 7: `rps` is no field of the errors; there are state',
      ) as string,
    });
    expect(collector.asked).toEqual([]);
  });

  test('says nothing of a moment that was refused', async () => {
    const collector = await startFakeCollector(scopeOfTest(), { view: fleetView() });
    const detail = '`at` must not be in the future';
    collector.refuse({ type: 'about:blank', title: 't', status: 400, detail });
    expect(await runCommand(['flags', 'ls', '--at', '2099-01-01'], { url: collector.url })).toMatchObject({
      code: 2,
      stderr: 'holdfast: --at must not be in the future\n',
    });
    const begin = '2026-03-01T12:00:00.000Z';
    collector.refuse({ type: 'about:blank', title: 't', status: 400, detail: `\`at\` is before ${begin}` });
    expect(await runCommand(['flags', 'ls', '--at', '9y'], { url: collector.url })).toMatchObject({
      stderr: `holdfast: --at is before ${moment}\n`,
    });
  });

  test('says why it is empty', async () => {
    const { url } = await startFakeCollector(scopeOfTest(), { view: fleetView() });
    const said = async (...options: string[]): Promise<string> =>
      (await runCommand(['flags', 'ls', ...options], { url })).stderr;
    expect(await said('--filter', 'x')).toBe('the filter lets nothing through\n');
    expect(await said('--at', at)).toBe(`as of ${moment}\nnothing at that time\n`);
  });
});

test('events between two moments are asked of the collector', async () => {
  const collector = await startFakeCollector(scopeOfTest(), { view: fleetView() });
  const span = ['--since', '2026-03-01T12:00Z', '--until', '2026-03-01T13:00Z'];
  await runCommand(['events', 'ls', ...span], { url: collector.url });
  const [since, until] = [Date.UTC(2026, 2, 1, 12), Date.UTC(2026, 2, 1, 13)];
  expect(collector.asked[0]?.path).toContain(`since=${since}&until=${until}`);
});
