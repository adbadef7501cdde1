import {
  type Clock,
  type LiveMessage,
  type LogEntry,
  liveSubprotocol,
  type TimerHandle,
} from '@holdfast/shared';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Access } from '../auth/access.ts';
import type { Bus } from '../bus/bus.ts';
import { messageOf } from '../errors.ts';
import type { FoldedState } from '../fold/folded-state.ts';
import type { Log } from '../log.ts';
import type { Upgrade } from '../server/http-server.ts';
import { ViewTracker } from './view-tracker.ts';

export interface LiveEndpointOptions {
  readonly state: FoldedState;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly access: Access;
}

interface Reader {
  readonly socket: WebSocket;
  /** It reads too slowly: it is told nothing until it has caught up, and then everything at once. */
  isBehind: boolean;
  /** It has answered since the last ping. */
  isAlive: boolean;
}

const tickMs = 250;
/** Transitions do not wait for the tick, but ten messages a second are enough for any eye. */
const urgentMs = 100;
/** Less than the second that is promised, as ticks do not fall on it. */
const heartbeatMs = 800;
const pingMs = 15_000;
const behindBytes = 1_024 * 1_024;
const caughtUpBytes = 65_536;
const inboundBytes = 16_384;

/** `/api/v1/live`: a snapshot, then what changed, encoded once for all readers. */
export class LiveEndpoint {
  readonly subprotocol: string = liveSubprotocol;
  readonly action = 'read';
  private readonly options: LiveEndpointOptions;
  private readonly server: WebSocketServer;
  private readonly readers = new Set<Reader>();
  /** Present while somebody reads. */
  private tracker: ViewTracker | undefined;
  private timer: TimerHandle | undefined;
  private tickAt = 0;
  private tickedAt = 0;
  private toldAt = 0;
  private pingedAt = 0;
  private readonly unsubscribe: () => void;

  constructor(options: LiveEndpointOptions) {
    this.options = options;
    this.server = new WebSocketServer({
      noServer: true,
      perMessageDeflate: false,
      maxPayload: inboundBytes,
      handleProtocols: () => liveSubprotocol,
    });
    this.unsubscribe = options.bus.subscribe((message) => {
      if (message.type === 'rebuilt') return this.startAnew();
      this.tracker?.touch(message.touched);
      if (this.tracker !== undefined && isUrgent(message.entry)) this.tickWithin(urgentMs);
    });
  }

  upgrade({ request, socket, head, principal }: Upgrade): void {
    this.server.handleUpgrade(request, socket, head, (webSocket) => {
      this.options.access.watch(webSocket, principal);
      this.add(webSocket);
    });
  }

  close(): void {
    this.unsubscribe();
    this.timer?.cancel();
    for (const { socket } of this.readers) socket.close(1001, 'the collector is closing');
    this.server.close();
  }

  /** Ends those that have not answered the close. */
  terminate(): void {
    for (const { socket } of this.readers) socket.terminate();
  }

  private add(socket: WebSocket): void {
    const reader: Reader = { socket, isBehind: false, isAlive: true };
    this.readers.add(reader);
    socket.on('pong', () => (reader.isAlive = true));
    socket.on('error', (error) => this.options.log('warning', `live connection: ${messageOf(error)}`));
    socket.on('close', () => this.remove(reader));
    if (this.tracker === undefined) this.begin();
    this.send(reader, this.snapshot());
  }

  private remove(reader: Reader): void {
    this.readers.delete(reader);
    if (this.readers.size > 0) return;
    this.tracker = undefined;
    this.timer?.cancel();
    this.timer = undefined;
  }

  private begin(): void {
    const { state, clock } = this.options;
    this.tracker = new ViewTracker(() => state.fleet, clock.now());
    this.toldAt = clock.monotonic();
    this.tickedAt = this.toldAt;
    this.pingedAt = this.toldAt;
    this.tickWithin(tickMs);
  }

  /** After a rebuild nothing that was told is certain. */
  private startAnew(): void {
    if (this.tracker === undefined) return;
    this.begin();
    for (const reader of this.readers) this.send(reader, this.snapshot());
  }

  private tickWithin(delayMs: number): void {
    const now = this.options.clock.monotonic();
    const at = Math.max(now, Math.min(now + delayMs, this.tickedAt + delayMs));
    if (this.timer !== undefined && this.tickAt <= at) return;
    this.timer?.cancel();
    this.tickAt = at;
    this.timer = this.options.clock.setTimeout(() => {
      this.timer = undefined;
      this.tick();
    }, at - now);
  }

  private tick(): void {
    if (this.tracker === undefined) return;
    const { clock } = this.options;
    const delta = this.tracker.advance(clock.now());
    const now = clock.monotonic();
    this.tickedAt = now;
    const hasNews = Object.keys(delta).length > 2; // beside its type and time
    if (hasNews || now - this.toldAt >= heartbeatMs) {
      this.toldAt = now;
      this.broadcast(encoded(delta));
    }
    if (now - this.pingedAt >= pingMs) this.ping(now);
    this.tickWithin(tickMs);
  }

  private broadcast(message: Buffer): void {
    let snapshot: Buffer | undefined;
    for (const reader of this.readers) {
      if (!reader.isBehind) {
        this.send(reader, message);
      } else if (reader.socket.bufferedAmount < caughtUpBytes) {
        snapshot ??= this.snapshot();
        this.send(reader, snapshot);
      }
    }
  }

  private send(reader: Reader, message: Buffer): void {
    reader.socket.send(message, { binary: false });
    reader.isBehind = reader.socket.bufferedAmount > behindBytes;
  }

  private snapshot(): Buffer {
    return this.tracker === undefined
      ? Buffer.alloc(0)
      : encoded({ type: 'snapshot', view: this.tracker.published });
  }

  private ping(now: number): void {
    this.pingedAt = now;
    for (const reader of this.readers) {
      if (!reader.isAlive) reader.socket.terminate();
      reader.isAlive = false;
      reader.socket.ping();
    }
  }
}

/** Bytes rather than text: `ws` then frames them without encoding them for each reader. */
function encoded(message: LiveMessage): Buffer {
  return Buffer.from(JSON.stringify(message));
}

/** Rollups can wait for the tick; what changes a state cannot. */
function isUrgent(entry: LogEntry): boolean {
  return entry.type !== 'batch' || entry.batch.events.length > 0 || entry.batch.levels !== undefined;
}
