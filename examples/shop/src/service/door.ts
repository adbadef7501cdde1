import { createServer, type RequestListener, type Server } from 'node:http';
import type { Clock } from '@holdfast/agent';
import { sleep } from '../time/sleep.ts';
import { listen, stopListening } from './server.ts';

const retryMs = 250;

/** A server on a port of 127.0.0.1 that can be shut for a while and opened again on the same port. */
export class Door {
  readonly url: string;
  readonly #server: Server;
  readonly #clock: Clock;
  readonly #port: number;
  #answer: RequestListener = (_request, response) => response.writeHead(503).end();
  #mustBeOpen = true;
  #work: Promise<void> = Promise.resolve();

  private constructor(server: Server, clock: Clock, port: number) {
    this.#server = server;
    this.#clock = clock;
    this.#port = port;
    this.url = `http://127.0.0.1:${port}`;
    server.on('request', (request, response) => this.#answer(request, response));
  }

  /** Opens it on that port, or on any where it is 0; rejects where it cannot be had. */
  static async open(port: number, clock: Clock): Promise<Door> {
    const server = createServer();
    return new Door(server, clock, await listen(server, port));
  }

  /** Who answers from now on; until it is said, the answer is 503. */
  serve(answer: RequestListener): void {
    this.#answer = answer;
  }

  /** Shuts or opens it. While somebody else has the port it is asked for again until it is ours. */
  setOpen(mustBeOpen: boolean): Promise<void> {
    this.#mustBeOpen = mustBeOpen;
    this.#work = this.#work.then(() => this.#adjust());
    return this.#work;
  }

  async #adjust(): Promise<void> {
    if (!this.#mustBeOpen) return stopListening(this.#server);
    while (this.#mustBeOpen && !this.#server.listening) {
      const isOpen = await listen(this.#server, this.#port).then(
        () => true,
        () => false,
      );
      if (!isOpen) await sleep(this.#clock, retryMs);
    }
  }
}
