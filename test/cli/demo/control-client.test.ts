import { describe, expect, test } from 'vitest';
import { switchMode } from '../../../cli/src/demo/control-client.ts';
import { freePort } from '../../support/ports.ts';
import { scopeOfTest } from '../../support/scope.ts';
import { startControlPort } from '../support/control-port.ts';

describe('switching a service', () => {
  test('sends the order to its control port', async () => {
    const { url, bodies } = await startControlPort(scopeOfTest());
    await switchMode(url, { mode: 'slow', delayMs: 700 });
    expect(bodies).toEqual([{ mode: 'slow', delayMs: 700 }]);
  });

  test('tells what the service has against it', async () => {
    const { url } = await startControlPort(scopeOfTest(), 400);
    await expect(switchMode(url, { mode: 'hanging' })).rejects.toMatchObject({
      exitCode: 1,
      message: expect.stringMatching(/400: not today/),
    });
  });

  test('a service that is gone is named', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    await expect(switchMode(url, { mode: 'hanging' })).rejects.toMatchObject({
      exitCode: 1,
      message: expect.stringMatching(/does not answer/),
    });
  });

  test.each([
    'http://example.com:80',
    'http://10.0.0.1:4900',
    'https://127.0.0.1:1',
    'http://127.0.0.1.example.com',
    'http://127.0.0.1@example.com',
    'file:///etc/passwd',
    '',
  ])('nothing is sent to %j', async (url) => {
    await expect(switchMode(url, { mode: 'crash' })).rejects.toMatchObject({ exitCode: 8 });
  });
});
