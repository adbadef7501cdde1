import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Random } from '@holdfast/shared';
import { FaultPipe, type Faults } from './fault-pipe.ts';
import type { Scope } from './scope.ts';

/** `up` is from whoever connects to the target, `down` the other way. */
export type Direction = 'up' | 'down';

/** A TCP proxy of 127.0.0.1 that can be told to misbehave. Without faults it passes everything. */
export interface FaultProxy {
  readonly port: number;
  /** Connections that are there now. */
  readonly connectionCount: number;
  /** Connections since the start. */
  readonly acceptedCount: number;
  /** Bytes that have passed since the start. */
  readonly passedBytes: Readonly<Record<Direction, number>>;
  /** From now on, for connections that are there as for those to come; replaces the direction's faults. */
  befall(direction: Direction | 'both', faults: Faults): void;
  /** Ends every connection with a reset, what is on the way lost. */
  reset(): void;
  /** Lets every connection go on in one direction only. */
  halfClose(direction: Direction): void;
  /** Whether new connections are reset at once. */
  refuse(isRefusing: boolean): void;
  /** From now on nothing befalls anybody. */
  heal(): void;
}

export interface FaultProxyOptions {
  /** Of 127.0.0.1; asked for each connection, so that the target may move. */
  readonly targetPort: () => number;
  /** For jitter. */
  readonly random: Random;
}

/** Starts a proxy on a free port; it ends with the scope. */
export async function startFaultProxy(scope: Scope, options: FaultProxyOptions): Promise<FaultProxy> {
  const proxy = new LoopbackProxy(options);
  await proxy.listen();
  scope.onEnd(() => proxy.close());
  return proxy;
}

class LoopbackProxy implements FaultProxy {
  port = 0;
  acceptedCount = 0;
  readonly passedBytes = { up: 0, down: 0 };
  private readonly options: FaultProxyOptions;
  private readonly server: Server;
  private readonly connections = new Set<Connection>();
  private readonly faults: Record<Direction, Faults> = { up: {}, down: {} };
  private isRefusing = false;

  constructor(options: FaultProxyOptions) {
    this.options = options;
    this.server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.accept(socket));
    this.server.on('error', () => {}); // one connection that could not be accepted is no reason to end
  }

  get connectionCount(): number {
    return this.connections.size;
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', 4_096, resolve));
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
    this.port = address.port;
  }

  befall(direction: Direction | 'both', faults: Faults): void {
    if (direction !== 'down') this.faults.up = faults;
    if (direction !== 'up') this.faults.down = faults;
  }

  reset(): void {
    for (const connection of this.connections) connection.reset();
  }

  halfClose(direction: Direction): void {
    for (const connection of this.connections) connection.pipes[direction].end();
  }

  refuse(isRefusing: boolean): void {
    this.isRefusing = isRefusing;
  }

  heal(): void {
    this.befall('both', {});
    this.refuse(false);
  }

  async close(): Promise<void> {
    this.reset();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private accept(near: Socket): void {
    near.on('error', () => {}); // `close` follows
    if (this.isRefusing) return void near.resetAndDestroy();
    this.acceptedCount += 1;
    const to = { port: this.options.targetPort(), host: '127.0.0.1' };
    const far = connect({ ...to, allowHalfOpen: true, noDelay: true });
    far.on('error', () => {}); // `close` follows
    const connection = new Connection(near, far, (direction) => ({
      faults: () => this.faults[direction],
      random: this.options.random,
      onBytes: (count) => (this.passedBytes[direction] += count),
    }));
    this.connections.add(connection);
    const forget = (): void => {
      if (near.destroyed && far.destroyed) this.connections.delete(connection);
    };
    near.on('close', forget);
    far.on('close', forget);
  }
}

class Connection {
  readonly pipes: Readonly<Record<Direction, FaultPipe>>;
  private readonly sockets: readonly Socket[];

  constructor(
    near: Socket,
    far: Socket,
    of: (
      direction: Direction,
    ) => Omit<ConstructorParameters<typeof FaultPipe>[0], 'source' | 'target' | 'cut'>,
  ) {
    this.sockets = [near, far];
    const cut = (): void => this.reset();
    this.pipes = {
      up: new FaultPipe({ ...of('up'), source: near, target: far, cut }),
      down: new FaultPipe({ ...of('down'), source: far, target: near, cut }),
    };
  }

  reset(): void {
    this.pipes.up.drop();
    this.pipes.down.drop();
    for (const socket of this.sockets) socket.resetAndDestroy();
  }
}
