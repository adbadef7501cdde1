import { agentSubprotocol } from '@holdfast/shared';
import { WebSocket } from 'ws';
import { readMessage } from '../../../agent/src/stream/read-message.ts';
import { helloWith } from '../../collector/support/wire-agent.ts';
import { realTime } from '../../support/time.ts';

export interface SenderOptions {
  readonly url: string;
  readonly instance: string;
  /** Rollup rows in each batch. */
  readonly rows: number;
  /** What it seals at most, on average. Default: what the collector takes. */
  readonly rowsPerSecond?: number;
}

/**
 * Keeps a collector as busy as it lets it: a window of batches in flight, again and again until they are
 * acknowledged, over as many connections as it takes. It counts what it sent.
 */
export class RollupSender {
  readonly instance: string;
  /** Calls in all sealed batches. */
  calls = 0;
  sealed = 0;
  stored = 0;
  /** When the newest acknowledgement came, of the monotonic clock. */
  ackedAtMs = 0;
  /** What the collector said that no sender likes to hear. */
  readonly problems: string[] = [];
  private readonly options: SenderOptions;
  private readonly epoch: string;
  private readonly unstored = new Map<number, string>();
  private socket: WebSocket | undefined;
  private isStopped = false;
  private isWelcome = false;
  private readonly beganMs = realTime.monotonic();

  constructor(options: SenderOptions) {
    this.options = options;
    this.instance = options.instance;
    this.epoch = `epoch-${options.instance}`;
  }

  /** Connects, and again 50 ms after each end. */
  start(): void {
    this.connect();
    if (this.options.rowsPerSecond !== undefined) void this.keepPace();
  }

  /** Seals nothing more; what is sealed is still sent. */
  stop(): void {
    this.isStopped = true;
  }

  get isDone(): boolean {
    return this.isStopped && this.unstored.size === 0;
  }

  end(): void {
    const { socket } = this;
    this.socket = undefined;
    socket?.terminate();
  }

  private connect(): void {
    const { url } = this.options;
    const socket = new WebSocket(`${url.replace('http', 'ws')}/api/v1/agent`, agentSubprotocol);
    this.socket = socket;
    const { instance, epoch } = this;
    socket.on('open', () => {
      const first = this.stored + 1;
      const hello = helloWith({ service: 'kept-busy', instance, epoch, first, next: this.sealed + 1 });
      socket.send(JSON.stringify(hello));
    });
    socket.on('message', (data: Buffer) => this.hear(socket, data.toString('utf8')));
    socket.on('error', () => {}); // `close` follows
    socket.on('close', () => {
      this.isWelcome = false;
      if (this.socket === socket) void this.comeBack();
    });
  }

  private async comeBack(): Promise<void> {
    await realTime.sleep(50);
    if (this.socket !== undefined) this.connect();
  }

  private hear(socket: WebSocket, text: string): void {
    const message = readMessage(text);
    if (message?.type === 'welcome') {
      this.forget(message.stored);
      if (message.dictionarySize < this.options.rows && this.sealed > 0) socket.send(this.introduction());
      for (const frame of this.unstored.values()) socket.send(frame);
      this.isWelcome = true;
      this.fill(socket);
    } else if (message?.type === 'ack') {
      this.ackedAtMs = realTime.monotonic();
      this.forget(message.stored);
      this.fill(socket);
    } else if (message?.type === 'refused') {
      this.problems.push(message.problem);
    }
  }

  private forget(stored: number): void {
    if (stored > this.sealed) this.problems.push(`${stored} is said to be stored, ${this.sealed} were sent`);
    for (; this.stored < stored; this.stored++) this.unstored.delete(this.stored + 1);
  }

  private fill(socket: WebSocket): void {
    while (this.unstored.size < windowBatches && this.maySeal()) {
      const frame = this.seal();
      this.unstored.set(this.sealed, frame);
      socket.send(frame);
    }
  }

  private maySeal(): boolean {
    const { rows, rowsPerSecond = Infinity } = this.options;
    const passedMs = realTime.monotonic() - this.beganMs;
    return !this.isStopped && this.sealed * rows < (rowsPerSecond * passedMs) / 1_000;
  }

  private async keepPace(): Promise<void> {
    for (; this.socket !== undefined && !this.isStopped; await realTime.sleep(20))
      if (this.isWelcome) this.fill(this.socket);
  }

  private seal(): string {
    const { rows } = this.options;
    const seq = ++this.sealed;
    const numbers = Array.from({ length: rows }, (_, row) => row);
    const success = numbers.map((row) => 1 + ((row + seq) % 37));
    this.calls += success.reduce((sum, count) => sum + count, 0);
    const dictionary = seq === 1 ? { dictionary: { from: 0, add: this.resources() } } : {};
    const rollups = {
      at: firstSecond + seq,
      resource: numbers,
      second: numbers.map(() => 0),
      counts: { success },
      gauges: {},
      latency: numbers.map((row) => [100 + (row % 60), 1]),
    };
    return JSON.stringify({ type: 'batch', seq, sealedAt: 1, ...dictionary, events: [], rollups });
  }

  private introduction(): string {
    return JSON.stringify({ type: 'dictionary', from: 0, add: this.resources() });
  }

  private resources(): object[] {
    const { rows, instance } = this.options;
    return Array.from({ length: rows }, (_, row) => ({ kind: 'bulkhead', name: `${instance} ${row}` }));
  }
}

const windowBatches = 8;
/** Some second of the past; each batch tells of the next. */
const firstSecond = 1_780_000_020;
