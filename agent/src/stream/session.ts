import {
  type AgentMessage,
  closeCodes,
  type CollectorMessage,
  type Random,
  type TimerHandle,
  type Welcome,
} from '@holdfast/shared';
import type { Deflate } from '../transport/deflate.ts';
import { Backoff } from './backoff.ts';
import type { Conversation, ConversationOptions } from './conversation.ts';
import { Drain } from './drain.ts';
import { FlushWaits } from './flush-waits.ts';
import { Pulse } from './pulse.ts';
import { readMessage } from './read-message.ts';
import { encode } from './seal.ts';
import { cancelTimer, linkOf, liveState, type SessionState, sendSealed, silenceOf } from './session-state.ts';
import { Soon } from './soon.ts';
import type { Link, LinkEnd, Transport } from './transport.ts';

export interface SessionOptions extends ConversationOptions {
  readonly transport: Transport;
  readonly random: Random;
  /** Present where batches are to be deflated. */
  readonly deflate?: Deflate | undefined;
}

type Refused = Extract<CollectorMessage, { readonly type: 'refused' }>;

/**
 * The conversation with the collector: connects, greets, sends what the outbox holds, and comes back after
 * each end. Nothing in it throws, and nothing waits for it but `close`.
 */
export class Session implements Conversation {
  readonly #options: SessionOptions;
  readonly #pulse: Pulse;
  readonly #waits: FlushWaits;
  readonly #backoff: Backoff;
  readonly #soon: Soon;
  #state: SessionState = { type: 'idle' };
  #problem: string | undefined;
  #drain: Drain | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options.random);
    this.#soon = new Soon(options.clock, () => this.#guard(() => this.#flush()));
    this.#waits = new FlushWaits(options.outbox, options.clock);
    this.#pulse = new Pulse(options.clock, () => this.#guard(() => this.#tick()));
  }

  get state(): SessionState['type'] {
    return this.#state.type;
  }

  /** Why there is no connection, in words; `undefined` while there is one. */
  get problem(): string | undefined {
    return this.#problem;
  }

  start(): void {
    this.#pulse.start();
    this.#connect();
  }

  /** Sends what waits within 20 ms; what comes in the meantime travels along. */
  flushSoon(): void {
    if (this.#state.type === 'live') this.#soon.ask();
  }

  /** Sends a message that needs no acknowledgement; nothing while there is no connection. */
  send(message: AgentMessage): void {
    if (this.#state.type === 'live') this.#state.link.send(encode(message));
  }

  flush(deadlineMs: number): Promise<void> {
    const { type } = this.#state;
    if (type === 'idle' || type === 'closed') return Promise.resolve();
    if (this.#state.type === 'waiting' && !this.#state.mayHurry) return Promise.resolve();
    this.#options.recorder.readAll();
    const flushed = this.#waits.add(deadlineMs, () => this.#keepAlive());
    this.#keepAlive();
    this.#guard(() => this.#hurry());
    return flushed;
  }

  /** Sends everything, waits until it is stored or the time is over, and ends. Never rejects. */
  close(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.#state.type === 'idle' || this.#state.type === 'closed') return resolve();
      const timer = this.#options.clock.setTimeout(() => this.#finish(), timeoutMs);
      this.#drain = new Drain(timer, resolve);
      this.#keepAlive();
      this.#guard(() => this.#hurry());
    });
  }

  /** The process ends now: what can leave without waiting leaves. `isClean` where it ended by itself. */
  flushAtExit(isClean: boolean): void {
    const leave = (): void => {
      this.#options.recorder.readAll();
      this.#flush();
      if (isClean) this.send({ type: 'bye', last: this.#options.outbox.next - 1 });
    };
    this.#guard(() => {
      if (this.#state.type !== 'live') return;
      // In one piece: an answer to the first of them would meet a dead socket, and the rest be lost with it.
      const { link } = this.#state;
      if (link.together === undefined) leave();
      else link.together(leave);
    });
  }

  #connect(): void {
    const link: Link = this.#options.transport.connect({
      opened: () => this.#whenCurrent(link, () => this.#greet(link)),
      frame: (text) => this.#whenCurrent(link, () => this.#receive(text)),
      closed: (end) => this.#whenCurrent(link, () => this.#wait(end)),
    });
    this.#state = { type: 'connecting', link, timer: this.#deadline('the connection') };
    this.#keepAlive();
  }

  /** Only for those who wait a connection may keep the process alive. */
  #keepAlive(): void {
    linkOf(this.#state)?.keepAlive(this.#drain !== undefined || !this.#waits.isEmpty);
  }

  #greet(link: Link): void {
    cancelTimer(this.#state);
    const { outbox, collectorClock, greet, deflate } = this.#options;
    const caps = deflate === undefined ? {} : { caps: ['deflate'] };
    const helloAt = collectorClock.greet();
    this.#state = { type: 'greeting', link, timer: this.#deadline('its welcome'), helloAt };
    const { first, next } = outbox;
    link.send(encode({ type: 'hello', protocol: 1, ...greet(), ...caps, first, next, sentAt: helloAt }));
  }

  #deadline(what: string): TimerHandle {
    const giveUp = (): void =>
      this.#hangUp(closeCodes.silent, { reason: `the collector is slow: ${what} did not come` });
    return this.#options.clock.setTimeout(() => this.#guard(giveUp), greetingMs);
  }

  #receive(text: string): void {
    if (this.#state.type === 'live') this.#state.silentTicks = 0;
    const message = readMessage(text);
    if (message === undefined) return this.#distrust('a frame that is none of its messages');
    const { recorder, kept } = this.#options;
    if ('auditHead' in message) kept.auditHead = message.auditHead;
    switch (message.type) {
      case 'welcome':
        return this.#welcome(message);
      case 'ack':
        recorder.throttle(message.throttles);
        return this.#acknowledge(message.stored);
      case 'desired':
        return this.send(this.#options.apply(message.desired));
      case 'pong':
        this.#backoff.reset(message.spread);
        // A new greeting tells the collector how far the clocks are apart now.
        if (this.#options.collectorClock.sample(message.sentAt, message.now))
          this.#hangUp(1_000, { reason: clockSet });
        return;
      case 'refused':
        return this.#refused(message);
      case 'goaway':
        this.#backoff.reset();
        return this.#hangUp(closeCodes.goaway, {
          reason: message.reason,
          retryAfterMs: Math.min(message.reconnectAfterMs, longestAbsenceMs),
        });
    }
  }

  #welcome(welcome: Welcome): void {
    const { outbox, recorder, collectorClock, apply } = this.#options;
    const greeting = this.#state;
    if (greeting.type !== 'greeting') return this.#distrust('a second welcome');
    if (welcome.stored >= outbox.next) return this.#distrust(`batch ${welcome.stored} was never sent`);
    cancelTimer(greeting);
    if (collectorClock.wasSetSince(greeting.helloAt)) return this.#hangUp(1_000, { reason: clockSet });
    collectorClock.sample(greeting.helloAt, welcome.now);
    const live = liveState(greeting.link, welcome);
    this.#state = live;
    this.#problem = undefined;
    this.#backoff.spread(welcome.spread);
    recorder.throttle(welcome.throttles);
    outbox.startAgain();
    outbox.acknowledge(welcome.stored);
    for (const frame of outbox.reintroduce(welcome.dictionarySize, live.limits.batchBytes))
      live.link.send(frame);
    if (welcome.desired !== undefined) this.send(apply(welcome.desired));
    recorder.levels.markAll();
    this.#flush();
  }

  #acknowledge(stored: number): void {
    if (stored >= this.#options.outbox.next) return this.#distrust(`batch ${stored} was never sent`);
    this.#backoff.reset();
    this.#options.outbox.acknowledge(stored);
    this.#flush();
    this.#byeWhenDrained();
  }

  #refused({ problem, seq, drawEpoch }: Refused): void {
    const { internalError, outbox, startOver } = this.#options;
    internalError(
      new Error(`the collector refused ${seq === undefined ? 'us' : `batch ${seq}`}: ${problem}`),
    );
    if (seq !== undefined) return outbox.lose(seq, 'refused');
    if (drawEpoch === true) startOver(0);
    this.#hangUp(closeCodes.refused, { reason: `refused: ${problem}`, isRefusal: drawEpoch !== true });
  }

  #distrust(problem: string): void {
    this.#options.internalError(new Error(`the collector answered what no collector answers: ${problem}`));
    this.#hangUp(closeCodes.refused, { reason: problem });
  }

  #hangUp(code: number, end: LinkEnd): void {
    linkOf(this.#state)?.close(code, end.reason);
    this.#wait(end);
  }

  #wait({ reason, isRefusal = false, retryAfterMs = 0 }: LinkEnd): void {
    if (isRefusal) this.#backoff.slowDown();
    cancelTimer(this.#state);
    this.#problem = reason;
    const delayMs = Math.max(retryAfterMs, this.#backoff.nextMs());
    const timer = this.#options.clock.setTimeout(() => this.#guard(() => this.#connect()), delayMs);
    this.#state = { type: 'waiting', timer, mayHurry: retryAfterMs === 0 };
    this.#waits.endAll();
    if (this.#drain === undefined) return;
    if (isRefusal || !this.#drain.mayTryAgain()) this.#finish();
    else this.#hurry(); // the last chance to bring home what is still here
  }

  #tick(): void {
    const { recorder } = this.#options;
    if (this.#drain === undefined) recorder.readMeters();
    else recorder.readAll();
    if (this.#state.type !== 'live') return;
    const silence = silenceOf(this.#state, this.#options.outbox.tick());
    if (silence === 'ping') this.send({ type: 'ping', sentAt: this.#options.clock.now() });
    else if (silence !== undefined) return this.#hangUp(closeCodes.silent, { reason: silence });
    this.#flush();
  }

  #flush(): void {
    if (this.#state.type !== 'live') return;
    sendSealed(this.#state, this.#options);
    this.#waits.settle();
  }

  #hurry(): void {
    if (this.#state.type === 'live') {
      this.#flush();
      this.#byeWhenDrained();
    } else if (this.#state.type === 'waiting') {
      this.#state.timer.cancel();
      if (this.#state.mayHurry) this.#connect();
      else this.#finish();
    }
  }

  #byeWhenDrained(): void {
    if (this.#drain === undefined || this.#options.outbox.isPending) return;
    this.send({ type: 'bye', last: this.#options.outbox.next - 1 });
    this.#finish();
  }

  #finish(): void {
    const state = this.#state;
    this.#state = { type: 'closed' };
    this.#pulse.stop();
    this.#soon.cancel();
    cancelTimer(state);
    this.#waits.endAll();
    linkOf(state)?.keepAlive(false);
    linkOf(state)?.close(1_000, 'bye');
    this.#drain?.end();
  }

  #whenCurrent(link: Link, run: () => void): void {
    if (linkOf(this.#state) === link) this.#guard(run);
  }

  #guard(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#options.internalError(error);
    }
  }
}

const greetingMs = 10_000;
const longestAbsenceMs = 3_600_000;
const clockSet = 'a clock was set';
