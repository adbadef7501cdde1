import { createAgent } from '@holdfast/agent';
import Fastify from 'fastify';

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

  const app = Fastify();
  await app.register(agent.fastify({ shed: { concurrency: { limit: maxRequests } } }));
  app.get<{ Params: { sku: string } }>('/products/:sku', (request) => {
    const url = `${catalogueUrl}/${encodeURIComponent(request.params.sku)}`;
    return catalogue.execute(({ signal }) => getJson(url, signal));
  });

  agent.drainOn('SIGTERM', { afterMs: drainMs, close: () => app.close() });
  return { url: await app.listen({ port, host: '127.0.0.1' }) };
}

async function getJson(url: string, signal: AbortSignal): Promise<unknown> {
  const answer = await fetch(url, { signal });
  if (!answer.ok) throw Object.assign(new Error('no product'), { status: answer.status });
  return answer.json();
}
