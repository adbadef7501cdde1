import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Scope } from '../support/scope.ts';

/** The dependency of the examples, which can be made to fail or to make them wait. */
export class Catalogue {
  mode: 'up' | 'down' | 'silent' = 'up';
  /** What it owes an answer. */
  readonly waiting: ServerResponse[] = [];
  readonly #server = createServer((request, response) => {
    if (this.mode === 'silent') this.waiting.push(response);
    else response.writeHead(this.mode === 'up' ? 200 : 500).end(body(request.url));
  });

  async listen(scope: Scope): Promise<string> {
    const server = this.#server.listen(0, '127.0.0.1');
    scope.onEnd(() => {
      server.close();
      server.closeAllConnections();
    });
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo; // it listens on a port
    return `http://127.0.0.1:${port}`;
  }

  /** Answers what waits. */
  answer(): void {
    for (const response of this.waiting.splice(0)) response.end(body('/late'));
  }
}

function body(path = '/'): string {
  return JSON.stringify({ sku: path.slice(1), price: '3.50' });
}
