import type { Link, LinkEnd, LinkListener, Transport } from '../../../agent/src/stream/transport.ts';
import { closeCodes, type Clock, type Random } from '@holdfast/shared';
import { Pipe } from './pipe.ts';
import { ServerSocket } from './server-socket.ts';

/** Whoever answers at the collector's address. */
export interface Listener {
  accept(socket: ServerSocket): void;
}

export interface NetworkOptions {
  readonly clock: Clock;
  readonly random: Random;
}

/** Every connection between the agents and the collector, and what befalls them. */
export class Network {
  /** `undefined` while nobody answers. */
  listener: Listener | undefined;
  readonly connections = new Set<Connection>();
  private readonly options: NetworkOptions;
  private partedUntil = 0;

  constructor(options: NetworkOptions) {
    this.options = options;
  }

  /** For the agents of one process; it carries nothing once `isLiving` says no. */
  transport(isLiving: () => boolean): Transport {
    return {
      connect: (listener) => {
        const { clock } = this.options;
        const connection = new Connection({ ...this.options, network: this, listener, isLiving });
        clock.setTimeout(() => connection.open(), 5);
        return connection;
      },
    };
  }

  get isParted(): boolean {
    return this.partedUntil > this.options.clock.monotonic();
  }

  /** From now on nothing befalls anybody. */
  heal(): void {
    this.partedUntil = 0;
    for (const connection of this.connections) connection.release();
  }

  /** Cuts everything, and lets nobody connect for a while. */
  part(ms: number): void {
    this.partedUntil = this.options.clock.monotonic() + ms;
    for (const connection of this.connections) connection.cut(false);
  }

  /** A process with agents is gone. What it had sent arrives, or is lost with it. */
  loseAgents(): void {
    const lost = [...this.connections].filter((connection) => !connection.isHeard);
    for (const connection of lost) connection.cut(this.options.random() < 0.5);
  }

  /** The collector's process is gone: what it had sent still arrives, what was sent to it does not. */
  loseListener(): void {
    this.listener = undefined;
    for (const connection of this.connections) connection.loseServer();
  }
}

interface ConnectionOptions extends NetworkOptions {
  readonly network: Network;
  readonly listener: LinkListener;
  readonly isLiving: () => boolean;
}

export class Connection implements Link {
  private readonly options: ConnectionOptions;
  private readonly up: Pipe;
  private readonly down: Pipe;
  private server: ServerSocket | undefined;
  private isClosedHere = false;

  constructor(options: ConnectionOptions) {
    this.options = options;
    const { clock, random, listener } = options;
    this.up = new Pipe({ clock, random, deliver: (frame) => this.server?.hear(frame) });
    const toAgent = (frame: string): void => this.toAgent(() => listener.frame(frame));
    this.down = new Pipe({ clock, random, deliver: toAgent });
  }

  /** Whether the agent's process lives. */
  get isHeard(): boolean {
    return this.options.isLiving();
  }

  get bufferedBytes(): number {
    return this.up.bytes;
  }

  open(): void {
    const { network, listener } = this.options;
    if (this.isClosedHere) return;
    if (network.isParted || network.listener === undefined)
      return this.end({ reason: 'nobody answers there' });
    network.connections.add(this);
    this.server = new ServerSocket({
      send: (frame) => this.down.send(frame),
      ping: () => this.down.push(() => this.toAgent(() => this.up.push(() => this.server?.answered()))),
      close: (code, reason) => this.closeFromServer(code, reason),
    });
    network.listener.accept(this.server);
    this.down.push(() => this.toAgent(() => listener.opened()));
  }

  send(frame: Uint8Array): void {
    if (this.isClosedHere || !this.options.isLiving()) return;
    this.up.send(Buffer.from(frame).toString('utf8'));
  }

  close(): void {
    if (this.isClosedHere) return;
    this.isClosedHere = true;
    this.up.push(() => this.forget());
  }

  keepAlive(): void {}

  /** Nothing arrives for a while, and then late: in the time between, either side may have given up. */
  hold(ms: number, direction: 'up' | 'down' | 'both'): void {
    if (direction !== 'down') this.up.hold(ms);
    if (direction !== 'up') this.down.hold(ms);
  }

  release(): void {
    this.up.release();
    this.down.release();
  }

  /** Ends it. What is on the way arrives late at the collector, or never. */
  cut(arrivesLate: boolean): void {
    this.down.cut();
    this.end({ reason: 'reset' });
    if (arrivesLate) return this.up.push(() => this.forget());
    this.up.cut();
    this.forget();
  }

  loseServer(): void {
    this.up.cut();
    this.server = undefined;
    this.options.network.connections.delete(this);
    this.down.push(() => this.end({ reason: 'reset' }));
  }

  private closeFromServer(code: number, reason: string): void {
    this.down.push(() => this.end({ reason, isRefusal: code === closeCodes.refused }));
    const { clock } = this.options;
    clock.setTimeout(() => this.forget(), this.down.isHeld ? 30_000 : 100);
  }

  private forget(): void {
    this.options.network.connections.delete(this);
    this.server?.ended();
  }

  private end(end: LinkEnd): void {
    this.toAgent(() => {
      this.isClosedHere = true;
      this.options.listener.closed(end);
    });
  }

  private toAgent(run: () => void): void {
    if (!this.isClosedHere && this.options.isLiving()) run();
  }
}
