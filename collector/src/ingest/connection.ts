import {
  type AgentIdentity,
  type AgentMessage,
  type Clock,
  type CollectorMessage,
  closeCodes,
  type DesiredState,
  type Hello,
  heartbeatMs,
  type Result,
  type Spread,
} from '@holdfast/shared';
import type { RawData, WebSocket } from 'ws';
import { messageOf } from '../errors.ts';
import type { Journal } from '../journal/journal.ts';
import type { Principal } from '../auth/policy.ts';
import type { Log } from '../log.ts';
import type { Outcome } from '../refusal.ts';
import { inflate, readFrame, resumePointOf, termsFor } from './admission.ts';
import { BatchIntake } from './batch-intake.ts';
import { Liveness } from './liveness.ts';
import type { SealBook } from './seal-book.ts';
import type { Witnesses } from './witnesses.ts';

/** What a connection needs of the rest of the collector. */
export interface ConnectionHost {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: Log;
  readonly seals: SealBook;
  readonly witnesses: Witnesses;
  /** Whether the token of a connection still stands. */
  isLive(principal: Principal): boolean;
  /** Whether a connection may speak for a service; a refusal is noted. */
  admit(principal: Principal, service: string): Outcome<undefined>;
  storedOf(agent: AgentIdentity): Promise<number>;
  /** How many agents would come back after an end, and how fast they may. */
  readonly spread: Spread;
  /** How many resources of this run the fleet knows. */
  dictionarySizeOf(agent: AgentIdentity): number;
  desiredFor(service: string): DesiredState;
  /** Called when an agent has said who it is, before anything is written about it. */
  introduce(connection: AgentConnection, agent: AgentIdentity): void;
  /** Called when it has its answer. */
  welcomed(connection: AgentConnection): void;
  /** Notes that a batch spoke of resources that were never introduced; true where it had done so before. */
  noteStranger(agent: AgentIdentity, seq: number): boolean;
  end(connection: AgentConnection, agent: AgentIdentity | undefined): void;
}

type Phase =
  | { readonly name: 'waiting' }
  | { readonly name: 'greeting'; readonly agent: AgentIdentity }
  | { readonly name: 'ready'; readonly agent: AgentIdentity; readonly intake: BatchIntake }
  | { readonly name: 'leaving' }
  | { readonly name: 'ended' };

const helloSeconds = 5;
const tryAgainLater = 1013;

/** The protocol with one agent, from its hello to its end. Batches are taken by its `BatchIntake`. */
export class AgentConnection {
  private readonly socket: WebSocket;
  private readonly host: ConnectionHost;
  private readonly principal: Principal;
  private phase: Phase = { name: 'waiting' };
  private readonly liveness = new Liveness();
  private waitedSeconds = 0;
  private saidGoodbye = false;
  private mayDeflate = false;

  constructor(socket: WebSocket, host: ConnectionHost, principal: Principal) {
    this.socket = socket;
    this.host = host;
    this.principal = principal;
    socket.on('pong', () => this.liveness.answered());
    socket.on('message', (data, isBinary) => this.hear(data, isBinary));
    socket.on('close', () => this.lose());
    socket.on('error', (error) => host.log('warning', `agent connection: ${messageOf(error)}`));
  }

  /** Who it is; `undefined` before its hello. */
  get agent(): AgentIdentity | undefined {
    return 'agent' in this.phase ? this.phase.agent : undefined;
  }

  /** Call it once a second. Ends what is silent, hears nothing, or never said who it is. */
  check(): void {
    if (this.phase.name === 'waiting' && ++this.waitedSeconds > helloSeconds)
      this.refuse(`no hello within ${helloSeconds} s`);
    else if (this.socket.isPaused) this.liveness.pausedTick();
    else this.checkLiveness();
  }

  /** Sends desired state that was encoded once for all agents of a service. */
  sendEncoded(frame: string): void {
    if (this.phase.name === 'ready') this.socket.send(frame);
  }

  /** Ends it because the agent has connected anew; nothing is written about that. */
  replace(): void {
    this.phase = { name: 'ended' };
    this.close(closeCodes.refused, 'the same instance has connected again');
  }

  /** Asks the agent to come back later and reads nothing more; what it sent is still acknowledged. */
  sendAway(reconnectAfterMs: number, reason: string): void {
    this.send({ type: 'goaway', reconnectAfterMs, reason });
    this.phase = { name: 'leaving' };
  }

  /** Ends it without a fact in the log, because the collector itself goes. */
  closeForGood(): void {
    this.phase = { name: 'ended' };
    this.close(closeCodes.goaway, 'the collector is closing');
  }

  terminate(): void {
    this.socket.terminate();
  }

  resume(): void {
    this.socket.resume();
  }

  send(message: CollectorMessage): void {
    if (this.socket.readyState === this.socket.OPEN) this.socket.send(JSON.stringify(message));
  }

  close(code: number, reason: string): void {
    this.socket.resume(); // a paused socket would not see the other side's answer to the close
    this.socket.close(code, shortened(reason));
  }

  /** Says why, and ends it. */
  refuse(problem: string, code: number = closeCodes.refused): void {
    this.send({ type: 'refused', problem });
    this.close(code, problem);
  }

  private checkLiveness(): void {
    const due = this.liveness.tick();
    if (due === 'ask' && this.socket.readyState === this.socket.OPEN) this.socket.ping();
    if (due !== 'gone') return;
    this.close(closeCodes.silent, 'silent for too long');
    this.socket.terminate(); // who is silent answers no close either, and `ws` would wait 30 s for that
  }

  private hear(data: RawData, isBinary: boolean): void {
    if (this.phase.name === 'ended' || this.phase.name === 'leaving') return;
    if (!this.host.isLive(this.principal)) return this.refuse('the token has ended', closeCodes.unauthorised);
    this.liveness.heard();
    const bytes = bytesOf(data);
    const frame = isBinary ? this.inflated(bytes) : { ok: true as const, value: bytes };
    if (frame.ok) this.hearFrame(frame.value);
    else this.refuseFrame(bytes, frame.problem);
    const isBehind = this.phase.name === 'ready' && this.phase.intake.isFull;
    if (isBehind || this.host.journal.isCongested) this.socket.pause();
  }

  private inflated(bytes: Buffer): Result<Buffer> {
    return this.mayDeflate ? inflate(bytes) : binaryFrame;
  }

  private hearFrame(frame: Buffer): void {
    const message = readFrame(frame);
    if (message.ok) this.take(message.value, frame);
    else this.refuseFrame(frame, message.problem);
  }

  private refuseFrame(frame: Buffer, problem: string): void {
    if (this.phase.name === 'ready') this.phase.intake.refuseFrame(frame, problem);
    else this.refuse(problem);
  }

  private take(message: AgentMessage, frame: Buffer): void {
    if (message.type === 'ping') {
      const { clock, spread, witnesses } = this.host;
      this.send({ type: 'pong', sentAt: message.sentAt, now: clock.now(), spread, ...witnesses.news });
    } else if (message.type === 'hello') {
      if (this.phase.name === 'waiting') this.greet(message);
      else this.refuse('a second hello on one connection');
    } else if (this.phase.name === 'ready') {
      this.takeReady(message, frame, this.phase);
    } else {
      this.refuse(`a ${message.type} before the welcome`);
    }
  }

  private takeReady(
    message: Exclude<AgentMessage, { readonly type: 'hello' | 'ping' }>,
    frame: Buffer,
    { agent, intake }: Extract<Phase, { readonly name: 'ready' }>,
  ): void {
    switch (message.type) {
      case 'batch':
        return intake.takeBatch(message, frame);
      case 'dictionary':
        return intake.takeDictionary(message);
      case 'applied':
        for (const { target, problem } of message.problems) {
          this.host.log('warning', `${agent.service}@${agent.instance} cannot apply ${target}: ${problem}`);
        }
        return this.host.journal.append({
          fact: { ...message, agent },
          failed: (error) => this.giveUp(error),
        });
      case 'bye':
        this.saidGoodbye = true;
        return this.close(1000, 'good-bye');
    }
  }

  private greet(hello: Hello): void {
    const agent = { service: hello.service, instance: hello.instance, epoch: hello.epoch };
    const admitted = this.host.admit(this.principal, agent.service);
    if (!admitted.ok) return this.refuse(admitted.refusal.detail, closeCodes.forbidden);
    this.phase = { name: 'greeting', agent };
    this.host.introduce(this, agent);
    this.host.journal.append({
      fact: { type: 'connected', hello },
      folded: () => void this.welcome(agent, hello).catch((error: unknown) => this.giveUp(error)),
      failed: (error) => this.giveUp(error),
    });
  }

  private async welcome(agent: AgentIdentity, hello: Hello): Promise<void> {
    const resumed = await resumePointOf(this.host, agent, hello);
    if (!resumed.ok) {
      this.send({ type: 'refused', problem: resumed.problem, drawEpoch: true });
      return this.close(closeCodes.refused, resumed.problem);
    }
    // Before the welcome, which replaces what the agent holds.
    if (this.host.witnesses.isNews(hello)) await this.host.witnesses.hear(hello);
    const stored = resumed.value;
    if (this.phase.name !== 'greeting') return;
    const dictionarySize = this.host.dictionarySizeOf(agent);
    const intake = new BatchIntake({ agent, host: this.host, connection: this, stored, dictionarySize });
    this.phase = { name: 'ready', agent, intake };
    this.host.welcomed(this);
    this.mayDeflate = hello.caps?.includes('deflate') ?? false;
    const caps = this.mayDeflate ? { caps: ['deflate'] } : {};
    const terms = { ...caps, ...termsFor(this.host, hello), spread: this.host.spread };
    this.send({ type: 'welcome', stored, dictionarySize, heartbeatMs, ...terms });
  }

  /** The store does not take anything now. The agent keeps what it has and comes back. */
  giveUp(error: unknown): void {
    this.host.log('error', `an agent is sent away, nothing can be stored: ${messageOf(error)}`);
    this.close(tryAgainLater, 'cannot store now');
  }

  private lose(): void {
    const { agent } = this;
    this.phase = { name: 'ended' };
    this.host.end(this, agent);
    if (agent === undefined) return;
    this.host.journal.append({
      fact: { type: 'disconnected', agent, clean: this.saidGoodbye },
      failed: (error) => this.host.log('error', `a disconnect could not be stored: ${messageOf(error)}`),
    });
  }
}

const binaryFrame = { ok: false, problem: 'frame must be text, got a binary frame' } as const;

function bytesOf(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}

/** A close frame holds 123 bytes of reason. */
function shortened(reason: string): string {
  const bytes = Buffer.from(reason);
  return bytes.length <= 123
    ? reason
    : `${bytes
        .subarray(0, 119)
        .toString('utf8')
        .replace(/\uFFFD$/u, '')}…`;
}
