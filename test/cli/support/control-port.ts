import { createServer } from 'node:http';
import { freePort } from '../../support/ports.ts';
import type { Scope } from '../../support/scope.ts';

/** A control port as a service of the shop has one: it keeps what it is sent and answers with a status. */
export async function startControlPort(
  scope: Scope,
  status = 200,
): Promise<{ readonly url: string; readonly bodies: unknown[] }> {
  const bodies: unknown[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    request.once('end', () => {
      bodies.push(JSON.parse(text));
      response.writeHead(status, { 'content-type': 'application/json' }).end('{"message":"not today"}');
    });
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  scope.onEnd(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${port}`, bodies };
}
