import { createServer as createHttpServer, type RequestListener } from 'node:http';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { HealthAnswer, HealthProbe } from '@holdfast/agent';
import { onTestFinished } from 'vitest';

/** Listens on a free port of 127.0.0.1 until the test is over, and answers the port. */
export async function listen(server: Server): Promise<number> {
  server.on('connection', (socket: Socket) => socket.on('error', () => {})); // a probe may hang up
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port; // it listens on TCP
}

/** The address of a web server that lives until the test is over. */
export async function serve(listener: RequestListener): Promise<string> {
  const server = createHttpServer(listener);
  onTestFinished(() => server.closeAllConnections());
  return `http://127.0.0.1:${await listen(server)}`;
}

/** What a probe answers, as a health check reads it: an error is `down` with its message. */
export async function ask(
  probe: HealthProbe,
  signal: AbortSignal = new AbortController().signal,
): Promise<HealthAnswer | void> {
  try {
    return await probe({ signal });
  } catch (error) {
    return { status: 'down', message: error instanceof Error ? error.message : String(error) };
  }
}
