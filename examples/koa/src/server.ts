import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createAgent } from '@holdfast/agent';
import Koa from 'koa';

export interface Settings {
  readonly port: number;
  /** The service that knows the products: it answers `GET /:sku`. */
  readonly catalogueUrl: string;
  /** How many may be served at once; the others are told to come again. */
  readonly maxRequests: number;
  /** How long to go on answering after SIGTERM, until nobody sends requests here any more. */
  readonly drainMs: number;
}

/** A shop window that shows its products without a price while the catalogue is away. */
export async function start(settings: Settings): Promise<{ readonly url: string }> {
  const { port, catalogueUrl, maxRequests, drainMs } = settings;
  const agent = createAgent({ service: 'window' });
  const catalogue = agent.pipeline('catalogue', {
    timeoutMs: 2_000,
    circuitBreaker: { minimumCalls: 5, window: { kind: 'count', size: 10 } },
    fallback: () => ({ price: 'ask us' }),
  });

  const app = new Koa();
  app.use(agent.koa({ shed: { concurrency: { limit: maxRequests } } })); // first
  app.use(async (context) => {
    const sku = /^\/products\/([^/]+)$/.exec(context.path)?.[1];
    if (sku === undefined) return;
    context.body = await catalogue.execute(({ signal }) => getJson(`${catalogueUrl}/${sku}`, signal));
  });

  const server = app.listen(port, '127.0.0.1');
  await once(server, 'listening');
  agent.drainOn('SIGTERM', {
    afterMs: drainMs,
    close: () => new Promise((resolve) => server.close(resolve)),
  });
  const address = server.address() as AddressInfo; // it listens on a port
  return { url: `http://127.0.0.1:${address.port}` };
}

async function getJson(url: string, signal: AbortSignal): Promise<unknown> {
  const answer = await fetch(url, { signal });
  if (!answer.ok) throw Object.assign(new Error('no product'), { status: answer.status });
  return answer.json();
}
