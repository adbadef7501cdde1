import http, { type RequestListener } from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { afterEach } from 'vitest';

const ends: (() => unknown)[] = [];

/** Done when the test is over. */
export function atEnd(end: () => unknown): void {
  ends.push(end);
}

afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** Listens on loopback until the test is over; answers the port. */
export async function listen(server: net.Server): Promise<number> {
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket: net.Socket) => {
    sockets.add(socket);
    socket.on('error', () => {}); // whoever asked may hang up at any time
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  ends.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((done) => server.close(done));
  });
  return (server.address() as AddressInfo).port; // it listens on TCP
}

/** Serves HTTP until the test is over; answers the URL. */
export async function serve(answer: RequestListener): Promise<string> {
  return `http://127.0.0.1:${await listen(http.createServer(answer))}/`;
}

/** A port where nobody listens any more. */
export async function deadPort(): Promise<number> {
  const port = await listen(net.createServer());
  await ends.pop()?.();
  return port;
}

/** What a call rejects with. */
export async function rejectionOf(call: () => unknown): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}
