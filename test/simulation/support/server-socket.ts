import { EventEmitter } from 'node:events';
import type { WebSocket } from 'ws';

export interface ServerSocketOptions {
  readonly send: (frame: string) => void;
  readonly ping: () => void;
  readonly close: (code: number, reason: string) => void;
}

/** The collector's end of a connection: as much of a `ws` socket as `AgentConnection` uses. */
export class ServerSocket extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  isPaused = false;
  /** Hears each frame as it leaves, before anything befalls it. */
  onSend: (frame: string) => void = () => {};
  private readonly options: ServerSocketOptions;
  private unread: string[] = [];

  constructor(options: ServerSocketOptions) {
    super();
    this.options = options;
  }

  /** As the collector's classes see it. */
  get asWebSocket(): WebSocket {
    return this as unknown as WebSocket; // the part of it that they use
  }

  send(frame: string): void {
    if (this.readyState !== this.OPEN) return;
    this.onSend(frame);
    this.options.send(frame);
  }

  ping(): void {
    this.options.ping();
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
    while (!this.isPaused) {
      const frame = this.unread.shift();
      if (frame === undefined) return;
      this.emit('message', Buffer.from(frame), false);
    }
  }

  close(code: number, reason: string): void {
    if (this.readyState !== this.OPEN) return;
    this.readyState = 2;
    this.options.close(code, reason);
  }

  terminate(): void {
    this.ended();
  }

  /** A frame has arrived. */
  hear(frame: string): void {
    if (this.readyState === 3) return;
    if (this.isPaused) this.unread.push(frame);
    else this.emit('message', Buffer.from(frame), false);
  }

  /** The answer to a ping has arrived. */
  answered(): void {
    if (this.readyState !== 3) this.emit('pong');
  }

  /** The connection is over. */
  ended(): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.emit('close');
  }
}
