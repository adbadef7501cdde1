import { createAgent } from '@holdfast/agent';
import { systemClock } from '@holdfast/collector';
import { writeFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { createApiClient } from '../../../cli/src/client/api-client.ts';
import { openLive } from '../../../cli/src/client/live-client.ts';
import { startTestCollector, type TestCollector } from '../../collector/support/start-collector.ts';
import { masterToken } from '../../collector/support/tokens.ts';
import { makeCertificate } from '../../support/certificate.ts';
import { type Scope, scopeOfTest } from '../../support/scope.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitFor } from '../../support/wait-for.ts';
import { runCommand } from '../support/fake-host.ts';

const tls = makeCertificate();
const token = masterToken;

function start(scope: Scope): Promise<TestCollector> {
  return startTestCollector(scope, { tls, token });
}

test('a command asks over https, with the authority of a file', async () => {
  const scope = scopeOfTest();
  const { url } = await start(scope);
  const folder = await temporaryFolder(scope);
  const file = path.join(folder, 'ca.pem');
  await writeFile(file, tls.ca);
  const env = { HOLDFAST_TOKEN: token };
  expect(await runCommand(['status', '--ca', file], { url, env })).toMatchObject({ code: 0 });
  expect(await runCommand(['status'], { url, env: { ...env, HOLDFAST_CA: file } })).toMatchObject({
    code: 0,
  });
  expect(await runCommand(['status'], { url, env })).toMatchObject({
    code: 5,
    stderr: expect.stringContaining(
      'from no authority that is known here; give that with --ca FILE',
    ) as string,
  });
  await writeFile(path.join(folder, 'empty'), '');
  expect(await runCommand(['status', '--ca', path.join(folder, 'empty')], { url })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--ca must name a file with certificates in PEM') as string,
  });
});

test('whoever asks for TLS in plain text is told how to come', async () => {
  const { port } = await start(scopeOfTest());
  const { code, stderr } = await runCommand(['status'], { url: `http://127.0.0.1:${port}` });
  expect({ code, stderr }).toEqual({
    code: 5,
    stderr: expect.stringContaining('does it want https://?') as string,
  });
});

test('a name that is not in the certificate is told', async () => {
  const { port } = await start(scopeOfTest());
  const other = createApiClient({ url: `https://127.0.0.2:${port}`, ca: tls.ca, token });
  await expect(other.status()).rejects.toMatchObject({ exitCode: 5 });
  const { ca } = makeCertificate();
  const wrong = createApiClient({ url: `https://127.0.0.1:${port}`, ca, token });
  await expect(wrong.status()).rejects.toThrow('cannot reach a collector');
});

test('the live view comes over wss, and from no stranger', async () => {
  const scope = scopeOfTest();
  const { url } = await start(scope);
  for (const [ca, expected] of [
    [tls.ca, 'snapshot'],
    [undefined, 'from no authority that is known here'],
  ] as const) {
    const heard: string[] = [];
    const live = openLive({
      url,
      token,
      ca,
      clock: systemClock,
      random: () => 0,
      onMessage: ({ type }) => heard.push(type),
      onConnection: (connection) => {
        if (connection.state === 'waiting') heard.push(connection.failure.message);
      },
    });
    scope.onEnd(() => live.close());
    expect(await waitFor(() => heard[0], { what: 'a word' })).toContain(expected);
  }
});

test('an agent trusts the authority that it is given, and no other', async () => {
  const scope = scopeOfTest();
  const { port } = await start(scope);
  const collector = `wss://127.0.0.1:${port}`;
  const agent = createAgent({ service: 'shop', collector, token, ca: tls.ca });
  scope.onEnd(() => agent.close({ timeoutMs: 0 }));
  await waitFor(() => agent.status.connected, { what: 'the connection' });
  const careful = createAgent({ service: 'careful', collector, token });
  scope.onEnd(() => careful.close({ timeoutMs: 0 }));
  expect(await waitFor(() => careful.status.problem, { what: 'the problem' })).toMatch(/certificate/);
  const frozen = createAgent({ service: 'frozen', mode: 'request', collector, token, ca: tls.ca });
  scope.onEnd(() => frozen.close({ timeoutMs: 0 }));
  frozen.circuitBreaker('payments').open('a test');
  expect(await frozen.flush({ deadlineMs: 10_000 })).toMatchObject({ pendingCount: 0, storedCount: 1 });
});

test('a token leaves this machine only encrypted', async () => {
  const url = 'http://collector.example:4900';
  const says = 'the address must begin with https://';
  await expect(createApiClient({ url, token }).status()).rejects.toMatchObject({ exitCode: 2 });
  const own = Object.values(networkInterfaces()).flatMap((addresses = []) => addresses);
  for (const { address, family } of [...own, { address: '0.0.0.0', family: 'IPv4' }]) {
    const here = `http://${family === 'IPv6' ? `[${address}]` : address}:1`;
    await expect(createApiClient({ url: here, token }).status(), here).rejects.toMatchObject({ exitCode: 5 });
  }
  for (const line of ['status', 'events tail', 'wait breaker a/b']) {
    const { code, stderr } = await runCommand(line.split(' '), { url, env: { HOLDFAST_TOKEN: token } });
    expect({ code, stderr }, line).toEqual({ code: 2, stderr: expect.stringContaining(says) as string });
  }
});
