import {
  type Clock,
  type LiveConnection as Connection,
  type LiveMessage,
  type LiveQuestion,
  liveQueryOf,
  liveQuestionAfter,
  type LiveRefusal,
  liveSubprotocol,
  type Random,
  readLiveMessage,
  type TimerHandle,
} from '@holdfast/shared';

/** A socket as far as the feed needs one: it is listened to, and closed. */
export type OpenSocket = (url: string, subprotocol: string, hears: SocketListener) => LiveSocket;

export interface LiveSocket {
  /** Only called once it has brought a message. */
  send(text: string): void;
  close(): void;
}

export interface SocketListener {
  message(data: unknown): void;
  /** Called at least once when the socket is no longer of use. */
  end(): void;
}

export interface LiveConnectionOptions {
  readonly url: string;
  /** What is asked for at first: nothing for the present, or the past from a moment on. */
  readonly question?: LiveQuestion;
  readonly clock: Clock;
  readonly random: Random;
  /** `openWebSocket` on the page. */
  readonly open: OpenSocket;
  readonly onMessage: (message: LiveMessage) => void;
  /** The question cannot be answered; the page goes on without the part that is wrong. */
  readonly onRefusal?: (refusal: LiveRefusal) => void;
  readonly onConnection: (connection: Connection) => void;
}

/** The collector sends at least once a second; after so long a silence the connection is taken for dead. */
export const silenceMs = 6_000;
const backoff = { baseMs: 400, capMs: 5_000 } as const;

/** Keeps a connection to the live feed: connects, reads, and reconnects with a growing, random pause. */
export class LiveConnection {
  private readonly options: LiveConnectionOptions;
  private attempt = 0;
  private question: LiveQuestion;
  /** Until the first snapshot, messages are still of the question before. */
  private isAnswered = false;
  /** The present try; what an earlier one still says is not listened to. */
  private present: { socket?: LiveSocket } | undefined;
  private retry: TimerHandle | undefined;
  private silence: TimerHandle | undefined;

  /** Connects at once. */
  constructor(options: LiveConnectionOptions) {
    this.options = options;
    this.question = options.question ?? {};
    this.connect();
  }

  /** Does not wait for the next try. Without effect while connected. */
  retryNow(): void {
    if (this.retry === undefined) return;
    this.retry.cancel();
    this.connect();
  }

  /** Asks something else from now on: on the connection where it stands, else with a new try at once. */
  ask(question: LiveQuestion): void {
    this.question = question;
    if (this.retry !== undefined) return this.retryNow();
    if (this.present === undefined) return; // closed
    if (this.attempt === 0) return this.subscribe();
    this.present.socket?.close();
    this.connect();
  }

  close(): void {
    const socket = this.present?.socket;
    this.present = undefined;
    this.retry?.cancel();
    this.retry = undefined;
    this.silence?.cancel();
    socket?.close();
  }

  private connect(): void {
    this.retry = undefined;
    this.attempt++;
    this.options.onConnection({ state: 'connecting', attempt: this.attempt });
    const started: { socket?: LiveSocket } = {};
    this.present = started;
    this.expectWord();
    this.isAnswered = this.question.cursor !== undefined; // then the first answer need not be a snapshot
    const query = liveQueryOf(this.question);
    started.socket = this.options.open(`${this.options.url}${query}`, liveSubprotocol, {
      message: (data) => {
        if (this.present === started) this.hear(data);
      },
      end: () => {
        if (this.present === started) this.lose();
      },
    });
  }

  private expectWord(): void {
    this.silence?.cancel();
    this.silence = this.options.clock.setTimeout(() => {
      this.present?.socket?.close();
      if (this.present !== undefined) this.lose();
    }, silenceMs);
  }

  private subscribe(): void {
    this.isAnswered = false;
    this.present?.socket?.send(JSON.stringify({ type: 'subscribe', ...this.question }));
  }

  private hear(data: unknown): void {
    const message = typeof data === 'string' ? readLiveMessage(data) : undefined;
    if (message?.ok !== true) return;
    if (message.value.type === 'refused') return this.giveUp(message.value);
    if (message.value.type === 'snapshot') this.isAnswered = true;
    if (this.isAnswered) this.question = liveQuestionAfter(message.value, this.question.q);
    this.expectWord();
    if (this.attempt > 0) this.options.onConnection({ state: 'open' });
    this.attempt = 0;
    this.options.onMessage(message.value);
  }

  /** The filter, or the past, that was asked for cannot be shown: all of the rest is. */
  private giveUp(refusal: LiveRefusal): void {
    const { q, at, speed } = this.question;
    const past = at === undefined ? {} : { at, ...(speed === undefined ? {} : { speed }) };
    this.question = refusal.field === 'q' ? past : q === undefined ? {} : { q };
    this.options.onRefusal?.(refusal);
    if (this.attempt === 0) this.subscribe();
  }

  private lose(): void {
    const { clock, random, onConnection } = this.options;
    this.present = undefined;
    this.silence?.cancel();
    const ceilingMs = Math.min(backoff.capMs, backoff.baseMs * 2 ** this.attempt);
    const delayMs = ceilingMs / 2 + random() * (ceilingMs / 2);
    onConnection({ state: 'waiting', attempt: this.attempt, retryAt: clock.monotonic() + delayMs });
    this.retry = clock.setTimeout(() => this.connect(), delayMs);
  }
}
