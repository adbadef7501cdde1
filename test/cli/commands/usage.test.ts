import { expect, test } from 'vitest';
import { runCommand } from '../support/fake-host.ts';

test.each([
  ['statu', "unknown command 'statu' (Did you mean status?)"],
  ['breakers opne a/b', "unknown command 'opne' (Did you mean open?)"],
  ['status --exit-cod', "unknown option '--exit-cod' (Did you mean --exit-code?)"],
  ['breakers open', "missing required argument 'address'; usage: holdfast breakers open"],
  ['flags ls extra', 'too many arguments'],
  ['flags ls -o yaml', "argument 'yaml' is invalid. Allowed choices are table, wide, json, ndjson, csv"],
  ['breakers get payments', "'payments' is no address of a breaker: write service/name"],
  ['resources get payments', "'payments' is no address of a resource: write service/kind/name"],
  ['resources get a/cahce/b', "'cahce' is no kind of resource; did you mean cache?"],
  ['resources ls --kind x', "argument 'x' is invalid. Allowed choices are pipeline, circuit_breaker"],
  [
    'breakers open a/b --for soon',
    "--for must be a span such as 30s, 15m or 1h30m (ms, s, m, h, d, w or y), got 'soon'",
  ],
  ['flags off x --for 90d', "--for must be between 1 s and 30 d, got '90d'"],
  ['events ls --since 5m --until 10m', "--since must be before --until, got '5m' and '10m'"],
  ['events tail --at 10m --since 5m', '--at says where the past begins: leave out --since'],
  [
    'events ls --since yesterday',
    '--since must be a span such as 15m (ms, s, m, h, d, w or y), a time such as 14:30',
  ],
  ['events ls --limit 0', 'It must be a whole number from 1 to 999999'],
  ['wait breaker a@1/b', 'wait looks at all instances together: write a/b'],
  ['wait breaker a/b --state shut', "argument 'shut' is invalid"],
  [
    'status --url nonsense',
    "--url must be an http or https address such as http://127.0.0.1:4900, got 'nonsense'",
  ],
  ['status --url http://u:p@h', '--url must hold no password'],
  ['status --token-file /nowhere', '--token-file must name a file that can be read'],
  ['up --host nope', '--host nope is no address of this machine; use 127.0.0.1, or an address of its own'],
  ['up --host locahost', '--host locahost is no address of this machine; did you mean localhost?'],
  ['demo --story crash --no-story', '--story and --no-story exclude each other: give one of them'],
  ['demo --no-story --story crash', '--story and --no-story exclude each other: give one of them'],
  ['up --port 99999', "option '--port <port>' argument '99999' is invalid"],
])('%s is one line with exit code 2', async (line, says) => {
  const { code, stdout, stderr } = await runCommand(line.split(' '));
  expect(stderr).toContain(`holdfast: `);
  expect(stderr).toContain(says);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
});

test('the environment is named where it is wrong', async () => {
  const { code, stderr } = await runCommand(['status'], { env: { HOLDFAST_URL: 'ftp://x' } });
  expect(code).toBe(2);
  expect(stderr).toContain('HOLDFAST_URL must be an http or https address');
});

test('help lists the commands, the options and the exit codes', async () => {
  const { code, stdout } = await runCommand(['--help']);
  expect(code).toBe(0);
  for (const word of ['watch', 'status', 'breakers', '--url', '--token-file', 'Exit codes', '130']) {
    expect(stdout).toContain(word);
  }
});

test('the version is that of the package', async () => {
  expect((await runCommand(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});
