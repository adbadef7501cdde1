import type { Clock } from '@holdfast/shared';
import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import type { Principal } from '../auth/policy.ts';

export interface LiveReaderOptions {
  /** The connection below the WebSocket, which takes frames as they are. */
  readonly connection: Duplex;
  readonly socket: WebSocket;
  readonly principal: Principal;
  readonly clock: Clock;
}

/** What waits for a reader; one message alone may be more. */
const queueLimitBytes = 1_024 * 1_024;
/** A reader that reads nothing of what waits for it is given up after this long. */
const stuckMs = 120_000;

/** Somebody who reads the live feed. What waits to be read is bounded. */
export class LiveReader {
  readonly socket: WebSocket;
  readonly principal: Principal;
  /** It reads too slowly: it is told nothing until it has caught up, and then everything at once. */
  isBehind = false;
  /** How often it has asked something. */
  questionCount = 0;
  queuedBytes = 0;
  /** The most that has ever waited for it. */
  mostQueuedBytes = 0;
  private readonly connection: Duplex;
  private readonly clock: Clock;
  private readonly queue: Buffer[] = [];
  private isWriting = false;
  private hasAnswered = true;
  private heard = { minute: 0, count: 0 };
  private readAt: number;

  constructor({ connection, socket, principal, clock }: LiveReaderOptions) {
    this.connection = connection;
    this.socket = socket;
    this.principal = principal;
    this.clock = clock;
    this.readAt = clock.monotonic();
    socket.on('pong', () => (this.hasAnswered = true));
  }

  /** False where it was not sent, as too much waits already. */
  send(frames: readonly Buffer[]): boolean {
    const bytes = frames.reduce((sum, frame) => sum + frame.length, 0);
    if (this.queuedBytes > 0 && this.queuedBytes + bytes > queueLimitBytes) return false;
    if (this.queuedBytes === 0) this.readAt = this.clock.monotonic();
    this.queuedBytes += bytes;
    this.mostQueuedBytes = Math.max(this.mostQueuedBytes, this.queuedBytes);
    this.queue.push(...frames);
    this.writeNext();
    return true;
  }

  /** Counts a message from it; false where there are more of them in this minute than that. */
  countMessage(mostPerMinute: number): boolean {
    const minute = Math.floor(this.clock.monotonic() / 60_000);
    this.heard = { minute, count: this.heard.minute === minute ? this.heard.count + 1 : 1 };
    return this.heard.count <= mostPerMinute;
  }

  /** Asks whether it is still there; ends it where it did not answer the last time, or is stuck. */
  ping(): void {
    const isStuck = this.clock.monotonic() - this.readAt >= stuckMs;
    if (this.queuedBytes > 0 ? isStuck : !this.hasAnswered) return this.socket.terminate();
    if (this.queuedBytes > 0) return; // it could not answer before it has read all that
    this.hasAnswered = false;
    this.socket.ping();
  }

  /** One at a time: what was handed to the connection cannot be seen to go. */
  private writeNext(): void {
    if (this.isWriting || this.socket.readyState !== WebSocket.OPEN) return;
    const frame = this.queue.shift();
    if (frame === undefined) return;
    this.isWriting = true;
    this.connection.write(frame, () => {
      this.isWriting = false;
      this.queuedBytes -= frame.length;
      this.readAt = this.clock.monotonic();
      this.writeNext();
    });
  }
}
