import { createServer } from 'node:http';
import { describe, expect, test } from 'vitest';
import { callJson, HttpError } from '../../../examples/shop/src/service/http-client.ts';
import { listen, stopListening } from '../../../examples/shop/src/service/server.ts';
import { type Scope, scopeOfTest } from '../../support/scope.ts';

async function answering(
  scope: Scope,
  status: number,
  { body = '{}', headers = {} }: { body?: string; headers?: Record<string, string> } = {},
): Promise<string> {
  const server = createServer((_request, response) => response.writeHead(status, headers).end(body));
  const port = await listen(server, 0);
  scope.onEnd(() => stopListening(server));
  return `http://127.0.0.1:${port}`;
}

async function failureOf(url: string): Promise<HttpError> {
  const error: unknown = await callJson(url, { read: (answer) => answer }).catch((thrown: unknown) => thrown);
  if (error instanceof HttpError) return error;
  throw new Error('the call did not fail as expected', { cause: error });
}

describe('a call of another service', () => {
  test('gives what was read from the answer', async () => {
    const url = await answering(scopeOfTest(), 200, { body: '{"n":2}' });
    expect(await callJson(url, { read: (answer) => JSON.stringify(answer) })).toBe('{"n":2}');
  });

  test('that is refused says by whom, with what and why', async () => {
    const body = '{"error":"out_of_stock","message":"none left"}';
    const url = await answering(scopeOfTest(), 409, { body, headers: { 'retry-after': '2' } });
    const error = await failureOf(`${url}/stock/rope`);
    expect(error).toMatchObject({ status: 409, code: 'out_of_stock', retryAfterMs: 2_000 });
  });

  test('fails with the same words whatever product it was about', async () => {
    const url = await answering(scopeOfTest(), 503);
    const [rope, lantern] = [await failureOf(`${url}/stock/rope`), await failureOf(`${url}/stock/lantern`)];
    expect(rope.message).toBe('GET /stock answered 503 no_code: Service Unavailable');
    expect(lantern.message).toBe(rope.message);
  });

  test('that is answered without JSON is told by its status', async () => {
    const url = await answering(scopeOfTest(), 502, { body: '<html>' });
    expect(await failureOf(url)).toMatchObject({ status: 502, code: 'no_code' });
  });
});
