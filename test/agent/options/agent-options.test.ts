import { hostname } from 'node:os';
import { describe, expect, test } from 'vitest';
import { FakeClock, MemoryCollector } from '@holdfast/agent/testing';
import {
  type AgentOptions,
  defaultInstance,
  readAgentOptions,
} from '../../../agent/src/options/agent-options.ts';

function settings(
  options: AgentOptions,
  environment: Record<string, string> = {},
): ReturnType<typeof readAgentOptions> {
  return readAgentOptions({ service: 'shop', ...options }, environment);
}

describe('the service', () => {
  test('comes from the option, then HOLDFAST_SERVICE, then OTEL_SERVICE_NAME', () => {
    const environment = { HOLDFAST_SERVICE: 'holdfast', OTEL_SERVICE_NAME: 'otel' };
    expect(readAgentOptions({ service: 'mine' }, environment).service).toBe('mine');
    expect(readAgentOptions({}, environment).service).toBe('holdfast');
    expect(readAgentOptions({}, { OTEL_SERVICE_NAME: 'otel' }).service).toBe('otel');
  });

  test('must be given somewhere', () => {
    expect(() => readAgentOptions({}, {})).toThrow(
      new TypeError(
        '`service` must be a name, or HOLDFAST_SERVICE or OTEL_SERVICE_NAME must be set, got nothing',
      ),
    );
  });

  test('is blamed on the variable that it came from', () => {
    expect(() => readAgentOptions({}, { HOLDFAST_SERVICE: '/etc' })).toThrow(
      /`HOLDFAST_SERVICE` must be a letter/,
    );
  });
});

describe('the collector', () => {
  test.each([
    ['ws://127.0.0.1:4900', 'ws://127.0.0.1:4900/api/v1/agent'],
    ['http://127.0.0.1:4900/', 'ws://127.0.0.1:4900/api/v1/agent'],
    ['https://example.com', 'wss://example.com/api/v1/agent'],
    ['wss://example.com/holdfast/', 'wss://example.com/holdfast/api/v1/agent'],
    ['ws://[::1]:1/api/v1/agent', 'ws://[::1]:1/api/v1/agent'],
  ])('%s is reached at %s', (collector, url) => {
    expect(settings({ collector }).collector).toMatchObject({ url: new URL(url) });
  });

  test.each([undefined, false] as const)('is none for %s', (collector) => {
    expect(settings(collector === undefined ? {} : { collector }).collector).toBeUndefined();
  });

  test('comes from HOLDFAST_COLLECTOR where the option is absent', () => {
    const environment = { HOLDFAST_COLLECTOR: 'ws://127.0.0.1:1' };
    expect(settings({}, environment).collector).toMatchObject({ url: expect.any(URL) });
    expect(settings({ collector: false }, environment).collector).toBeUndefined();
    expect(settings({}, { HOLDFAST_COLLECTOR: 'off' }).collector).toBeUndefined();
  });

  test('may be one in memory', () => {
    const collector = new MemoryCollector();
    expect(settings({ collector }).collector).toBe(collector);
  });
});

describe('the token', () => {
  test.each(['ws://127.0.0.1:1', 'ws://localhost:1', 'ws://[::1]:1', 'wss://example.com'])(
    'may travel to %s',
    (collector) => {
      expect(settings({ collector, token: 't' }).collector).toMatchObject({ token: 't' });
    },
  );

  test('may not leave this machine in the clear', () => {
    const collector = 'ws://example.com';
    expect(() => settings({ collector, token: 'secret' })).toThrow(
      new RangeError(
        '`token` may leave this machine only encrypted: `collector` must begin with wss:// or https://, ' +
          'got "ws://example.com"',
      ),
    );
    expect(() => settings({ collector }, { HOLDFAST_TOKEN: 'secret' })).toThrow(
      /^`HOLDFAST_TOKEN` may leave/,
    );
    expect(() => settings({ collector: 'http://127.example.com', token: 'secret' })).toThrow(RangeError);
  });

  test('never stands in a message', () => {
    expect(() => settings({ token: 'se cret' })).toThrow(
      new RangeError('`token` must be visible ASCII without spaces, got 7 characters'),
    );
  });
});

test.each<[string, Record<string, unknown>, RegExp, ErrorConstructor]>([
  [
    'a name with a slash',
    { service: 'a/b' },
    /^`service` must be a letter or digit.*got "a\/b"$/,
    RangeError,
  ],
  ['a number for a name', { service: 7 }, /^`service` must be a string, got 7$/, TypeError],
  [
    'an unknown option',
    { colector: false },
    /^`colector` is not an option; did you mean `collector`\?$/,
    TypeError,
  ],
  ['no URL', { collector: '127.0.0.1' }, /^`collector` must be a URL .* got "127.0.0.1"$/, TypeError],
  [
    'a URL without its scheme',
    { collector: 'localhost:4900' },
    /^`collector` must be a URL .* got "localhost:4900"; did you mean ws:\/\/localhost:4900\?$/,
    RangeError,
  ],
  ['another scheme', { collector: 'ftp://x' }, /^`collector` must be a URL .* got "ftp:\/\/x"$/, RangeError],
  [
    'a password in a URL',
    { collector: 'ws://u:p@x' },
    /^`collector` must not hold a user or password/,
    RangeError,
  ],
  ['an authority that is a path', { ca: '/etc/ca.pem' }, /^`ca` must be certificates in PEM$/, TypeError],
  ['true for a collector', { collector: true }, /^`collector` must be a URL or false, got true$/, TypeError],
  [
    'tags that are none',
    { tags: ['a'] },
    /^`tags` must be an object of strings, got an array of 1$/,
    TypeError,
  ],
  ['a tag that is no text', { tags: { a: 1 } }, /^`tags\.a` must be a string, got 1$/, TypeError],
  [
    'a long version',
    { version: 'v'.repeat(129) },
    /^`version` must be at most 128 characters, got 129$/,
    RangeError,
  ],
  [
    'half a clock',
    { clock: { now: () => 0 } },
    /^`clock` must have now, monotonic and setTimeout/,
    TypeError,
  ],
  ['a random number', { random: 4 }, /^`random` must be a function, got 4$/, TypeError],
  [
    'too little memory',
    { limits: { memoryBytes: 1 } },
    /^`limits\.memoryBytes` must be between 262144/,
    RangeError,
  ],
  ['too small a spool', { limits: { spoolBytes: 1 } }, /^`limits\.spoolBytes` must be between/, RangeError],
  ['no folder', { spoolDir: '' }, /^`spoolDir` must be the path of a folder, got ""/, RangeError],
  ['a folder that is none', { spoolDir: 7 }, /^`spoolDir` must be the path of a folder, got 7/, TypeError],
  ['an unknown limit', { limits: { memory: 1 } }, /^`limits\.memory` is not an option/, TypeError],
])('refuses %s', (_what, options, message, type) => {
  const read = (): unknown => readAgentOptions({ service: 'shop', ...options }, {});
  expect(read).toThrow(type);
  expect(read).toThrow(message);
});

test('takes a handed-in clock', () => {
  const clock = new FakeClock();
  expect(settings({ clock }).clock).toBe(clock);
});

test('names an instance after host and process', () => {
  expect(defaultInstance()).toMatch(new RegExp(`-${process.pid}`));
  expect(defaultInstance().startsWith(hostname().slice(0, 5))).toBe(true);
});
