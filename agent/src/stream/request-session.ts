import { type AgentMessage, heartbeatMs, type IngestAnswer, wireLimits } from '@holdfast/shared';
import type { Conversation, ConversationOptions } from './conversation.ts';
import type { OutboxLimits } from './outbox.ts';
import { Pulse } from './pulse.ts';
import { readAnswer } from './read-message.ts';
import { encode } from './seal.ts';
import { limitsWithin } from './session-state.ts';

/** Sends one request. Rejects where there is no answer, also when it is aborted. */
export type Post = (
  body: Uint8Array,
  signal: AbortSignal,
) => Promise<{ readonly status: number; readonly text: string }>;

export interface RequestSessionOptions extends ConversationOptions {
  readonly post: Post;
  /** Called when the process may have stood still for a while. */
  readonly thawed: () => void;
}

/**
 * Speaks with the collector by requests, and only when it is told to: for processes that are frozen between
 * calls. The batches, their numbers and their acknowledgement are those of a connection.
 */
export class RequestSession implements Conversation {
  readonly #options: RequestSessionOptions;
  readonly #pulse: Pulse;
  #state: 'idle' | 'live' | 'waiting' | 'closed' = 'idle';
  #problem: string | undefined;
  #limits: OutboxLimits = wireLimits;
  /** How many resources the collector knows. */
  #known = 0;
  #answeredAt = Number.NEGATIVE_INFINITY;
  #unsent: Uint8Array[] = [];
  #last: Promise<void> = Promise.resolve();

  constructor(options: RequestSessionOptions) {
    this.#options = options;
    this.#pulse = new Pulse(options.clock, () => options.recorder.readMeters());
  }

  get state(): Conversation['state'] {
    return this.#state;
  }

  get problem(): string | undefined {
    return this.#problem;
  }

  start(): void {
    this.#pulse.start();
  }

  flush(deadlineMs: number): Promise<void> {
    return this.#inTurn(deadlineMs, false);
  }

  /** What is reported travels with the next request. */
  send(message: AgentMessage): void {
    this.#unsent = [encode(message)];
  }

  async close(timeoutMs: number): Promise<void> {
    await this.#inTurn(timeoutMs, true);
    this.#state = 'closed';
    this.#pulse.stop();
  }

  flushSoon(): void {} // only when it is told to

  flushAtExit(): void {} // a request takes longer than that

  /** Resolves when the turn is over, or its time. */
  #inTurn(deadlineMs: number, isLast: boolean): Promise<void> {
    if (this.#state === 'closed') return Promise.resolve();
    const { clock, internalError } = this.#options;
    const abort = new AbortController();
    return new Promise((resolve) => {
      const timer = clock.setTimeout(() => {
        abort.abort(new Error(`no answer within ${deadlineMs} ms`));
        resolve();
      }, deadlineMs);
      const end = (): void => {
        timer.cancel();
        resolve();
      };
      this.#last = this.#last.then(() => this.#sendAll(abort.signal, isLast)).catch(internalError);
      this.#last.then(end, internalError);
    });
  }

  async #sendAll(signal: AbortSignal, isLast: boolean): Promise<void> {
    const { recorder, outbox } = this.#options;
    recorder.readAll();
    this.#lookForPause();
    let until = Number.POSITIVE_INFINITY; // what comes up meanwhile waits for the next flush
    for (let isMoving = true; isMoving && outbox.first < until && !signal.aborted; ) {
      outbox.seal(this.#limits);
      await outbox.fetching;
      outbox.seal(this.#limits);
      if (outbox.isSealed) until = Math.min(until, outbox.next);
      const { first } = outbox;
      const known = this.#known;
      if (!(await this.#sendOnce(signal, isLast))) return;
      isMoving = outbox.first > first || this.#known !== known;
    }
  }

  /** After a long silence the collector may have forgotten us, and clocks may have been set. */
  #lookForPause(): void {
    const { clock, recorder, collectorClock, thawed } = this.#options;
    if (clock.now() - this.#answeredAt < 2 * heartbeatMs) return;
    this.#known = 0;
    recorder.levels.markAll();
    collectorClock.forget();
    thawed();
  }

  /** False where it is of no use to go on. */
  async #sendOnce(signal: AbortSignal, isLast: boolean): Promise<boolean> {
    const { post, clock, outbox } = this.#options;
    const sentAt = clock.now();
    try {
      const { status, text } = await post(this.#body(sentAt, isLast), signal);
      const answer = status === 200 ? readAnswer(text) : undefined;
      if (answer !== undefined && answer.stored < outbox.next) {
        this.#take(answer, sentAt);
        return true;
      }
      if (status === 409) this.#startOver();
      this.#fail(`the collector answered ${status}: ${text.slice(0, 200)}`);
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : String(error));
    }
    return false;
  }

  #startOver(): void {
    const { startOver, recorder } = this.#options;
    startOver(1);
    this.#known = 0;
    recorder.levels.markAll();
  }

  #body(sentAt: number, isLast: boolean): Uint8Array {
    const { outbox, greet } = this.#options;
    const { first, next } = outbox;
    const { batchBytes } = this.#limits;
    const hello = encode({ type: 'hello', protocol: 1, ...greet(), first, next, sentAt });
    const lines = [hello, ...this.#unsent, ...outbox.reintroduce(this.#known, batchBytes)];
    let room = wireLimits.windowBatches * batchBytes;
    for (const line of lines) room -= line.length + 1;
    outbox.startAgain();
    outbox.send((frame) => {
      room -= frame.length + 1;
      if (room >= 0) lines.push(frame);
      return room >= 0;
    });
    if (isLast && outbox.isSealed) lines.push(encode({ type: 'bye', last: next - 1 }));
    return Buffer.concat(lines.flatMap((line) => [line, newline]));
  }

  #take(answer: IngestAnswer, sentAt: number): void {
    const { outbox, recorder, collectorClock, apply, clock, internalError, kept } = this.#options;
    this.#state = 'live';
    this.#problem = undefined;
    this.#unsent = [];
    this.#limits = limitsWithin(answer.limits);
    const hasForgotten = answer.dictionarySize < this.#known;
    this.#known = answer.dictionarySize;
    this.#answeredAt = clock.now();
    collectorClock.sample(sentAt, answer.now);
    recorder.throttle(answer.throttles);
    if (answer.auditHead !== undefined) kept.auditHead = answer.auditHead;
    for (const { seq, problem } of answer.problems) {
      if (seq !== undefined) outbox.lose(seq, 'refused');
      // What it has forgotten is introduced again with the next request.
      if (seq !== undefined || !hasForgotten) internalError(new Error(`the collector refused: ${problem}`));
    }
    outbox.acknowledge(answer.stored);
    if (answer.desired !== undefined) this.send(apply(answer.desired));
  }

  #fail(problem: string): void {
    this.#state = 'waiting';
    this.#problem = problem;
  }
}

const newline = Buffer.from('\n');
