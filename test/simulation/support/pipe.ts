import type { Clock, Random } from '@holdfast/shared';

export interface PipeOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly deliver: (frame: string) => void;
}

/** One direction of a connection: in order, with latency, and at times held up. */
export class Pipe {
  private readonly options: PipeOptions;
  private waiting: { readonly run: () => void; readonly bytes: number }[] = [];
  private lastAt = 0;
  private heldUntil = 0;
  private isCut = false;

  constructor(options: PipeOptions) {
    this.options = options;
  }

  /** What was sent and has not arrived. */
  get bytes(): number {
    return this.waiting.reduce((sum, one) => sum + one.bytes, 0);
  }

  get isHeld(): boolean {
    return this.heldUntil > this.options.clock.monotonic();
  }

  send(frame: string): void {
    this.push(() => this.options.deliver(frame), frame.length);
  }

  /** Runs something behind all that was sent before. */
  push(run: () => void, bytes = 0): void {
    if (this.isCut) return;
    this.waiting.push({ run, bytes });
    this.arm(Math.floor(this.options.random() * 20));
  }

  /** Nothing arrives for a while; then everything does, late. */
  hold(ms: number): void {
    this.heldUntil = Math.max(this.heldUntil, this.options.clock.monotonic() + ms);
  }

  /** What is held arrives now. */
  release(): void {
    if (!this.isHeld) return;
    this.heldUntil = 0;
    this.waiting.forEach(() => this.arm(0));
  }

  /** What is on the way is lost. */
  cut(): void {
    this.isCut = true;
    this.waiting = [];
  }

  private arm(delayMs: number): void {
    const { clock } = this.options;
    this.lastAt = Math.max(this.lastAt, clock.monotonic() + delayMs);
    clock.setTimeout(() => this.arrive(), this.lastAt - clock.monotonic());
  }

  private arrive(): void {
    const { clock } = this.options;
    if (this.isHeld) clock.setTimeout(() => this.arrive(), Math.ceil(this.heldUntil - clock.monotonic()));
    else this.waiting.shift()?.run();
  }
}
