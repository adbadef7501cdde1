import type { Socket } from 'node:net';
import type { Random } from '@holdfast/shared';
import { realTime } from './time.ts';

/** What befalls the bytes of one direction; nothing where all are left out. */
export interface Faults {
  /** Each chunk arrives so much later. */
  readonly latencyMs?: number;
  /** At most so much more, drawn for each chunk; the order stays. */
  readonly jitterMs?: number;
  readonly bytesPerSecond?: number;
  /** Chunks are written in slices of so many bytes. */
  readonly sliceBytes?: number;
  /** Of each connection; then it is cut. */
  readonly limitBytes?: number;
  /** Nothing passes, neither bytes nor an end, until this is over. Then everything does, late. */
  readonly isBlackHole?: boolean;
  /** The end of the stream arrives so much later. */
  readonly slowCloseMs?: number;
}

export interface PipeOptions {
  readonly source: Socket;
  readonly target: Socket;
  /** What befalls it now; asked for each slice. */
  readonly faults: () => Faults;
  readonly random: Random;
  readonly onBytes: (count: number) => void;
  /** The limit of bytes is reached. */
  readonly cut: () => void;
}

type Item = { readonly readyAt: number } & (
  | { readonly type: 'bytes'; readonly bytes: Buffer }
  | { readonly type: 'end' | 'reset' }
);

/** Carries what one socket says to another, in order, and slowly enough that the source is held back too. */
export class FaultPipe {
  private readonly options: PipeOptions;
  private readonly items: Item[] = [];
  private queuedBytes = 0;
  private passedBytes = 0;
  private isPumping = false;
  private isOver = false;

  constructor(options: PipeOptions) {
    this.options = options;
    const { source } = options;
    let hasEnded = false;
    source.on('data', (bytes: Buffer) => this.take(bytes));
    source.on('end', () => {
      hasEnded = true;
      this.put({ type: 'end', readyAt: realTime.monotonic() + (options.faults().slowCloseMs ?? 0) });
    });
    source.on('close', () => {
      if (!hasEnded) this.put({ type: 'reset', readyAt: 0 });
    });
  }

  /** Says that no more bytes come, though the source might have some. */
  end(): void {
    this.put({ type: 'end', readyAt: 0 });
  }

  /** Lets go of what has not arrived. */
  drop(): void {
    this.isOver = true;
    this.items.length = 0;
  }

  private take(bytes: Buffer): void {
    const { latencyMs = 0, jitterMs = 0 } = this.options.faults();
    const readyAt = realTime.monotonic() + latencyMs + jitterMs * this.options.random();
    this.queuedBytes += bytes.length;
    if (this.queuedBytes > maxQueuedBytes) this.options.source.pause();
    this.put({ type: 'bytes', bytes, readyAt });
  }

  private put(item: Item): void {
    if (this.isOver) return;
    this.items.push(item);
    if (!this.isPumping) void this.pump();
  }

  private async pump(): Promise<void> {
    this.isPumping = true;
    for (let item = this.items.shift(); item !== undefined; item = this.items.shift()) {
      await this.untilReady(item.readyAt);
      if (item.type === 'bytes') await this.pass(item.bytes);
      else this.finish(item.type);
    }
    this.isPumping = false;
  }

  /** Also waits for a black hole to be over. */
  private async untilReady(readyAt: number): Promise<void> {
    for (;;) {
      const waitMs = readyAt - realTime.monotonic();
      if (this.isOver || (waitMs <= 0 && !this.options.faults().isBlackHole)) return;
      await realTime.sleep(Math.min(Math.max(waitMs, 5), 20));
    }
  }

  private async pass(bytes: Buffer): Promise<void> {
    for (let from = 0; from < bytes.length && !this.isOver; ) {
      const { sliceBytes = bytes.length, bytesPerSecond, limitBytes = Infinity } = this.options.faults();
      const room = limitBytes - this.passedBytes;
      const atMost = bytesPerSecond === undefined ? sliceBytes : Math.min(sliceBytes, bytesPerSecond / 20);
      const slice = bytes.subarray(from, from + Math.max(1, Math.floor(Math.min(atMost, room))));
      if (room <= 0) return this.options.cut();
      this.options.target.write(slice);
      from += slice.length;
      this.passedBytes += slice.length;
      this.options.onBytes(slice.length);
      if (bytesPerSecond !== undefined) await realTime.sleep((slice.length / bytesPerSecond) * 1_000);
      else if (from < bytes.length) await realTime.turn(); // so that slices leave as packets of their own
      await this.untilReady(0);
    }
    this.queuedBytes -= bytes.length;
    if (this.queuedBytes <= maxQueuedBytes) this.options.source.resume();
  }

  private finish(type: 'end' | 'reset'): void {
    if (type === 'end') this.options.target.end();
    else this.options.target.resetAndDestroy();
  }
}

/** As much as a small router would hold; above it the sender feels that nothing gets through. */
const maxQueuedBytes = 65_536;
