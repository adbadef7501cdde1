import {
  type AgentIdentity,
  type AgentMessage,
  type CollectorMessage,
  type Hello,
  type IngestAnswer,
  type IngestProblem,
  instanceKey,
} from '@holdfast/shared';
import type { Principal } from '../auth/policy.ts';
import { messageOf } from '../errors.ts';
import { done, type Outcome, refused } from '../refusal.ts';
import { readFrame, resumePointOf, termsFor } from './admission.ts';
import { BatchIntake, type IntakeConnection } from './batch-intake.ts';
import type { ConnectionHost } from './connection.ts';

export interface IngestRequestsOptions {
  readonly host: Omit<ConnectionHost, 'introduce' | 'end' | 'spread'>;
  /** Called when an agent that may still have a connection sends by request. */
  readonly replace: (agent: AgentIdentity) => void;
  /** Whether that instance holds a connection: another run of it, or this one, which has not ended then. */
  readonly isConnected: (agent: AgentIdentity) => boolean;
}

/** Silence is normal between requests: only after this long an instance is taken for gone. */
const presenceMs = 300_000;
/** Their bodies are in memory. */
const maxRequests = 64;

interface Presence {
  readonly agent: AgentIdentity;
  /** Whether somebody else speaks for it: the run itself has ended. */
  readonly isPast: boolean;
  heardAt: number;
}

/** Agents that send by request: each brings a hello and some frames, and is told what is stored then. */
export class IngestRequests {
  private readonly options: IngestRequestsOptions;
  /** By `service@instance`: who is shown as connected. */
  private readonly present = new Map<string, Presence>();
  /** By `service@instance`: the last request, which the next waits for, so that each batch is stored once. */
  private readonly last = new Map<string, Promise<unknown>>();
  private isClosing = false;
  private count = 0;

  constructor(options: IngestRequestsOptions) {
    this.options = options;
  }

  /** Takes the frames of one request, of which the first is a hello. */
  async take([first, ...rest]: readonly Buffer[], principal: Principal): Promise<Outcome<IngestAnswer>> {
    const hello = first === undefined ? undefined : readFrame(first);
    if (hello?.ok === false) return refused('bad_input', `line 1: ${hello.problem}`);
    if (hello?.value.type !== 'hello') return refused('bad_input', 'the first line must be a hello');
    const admitted = this.options.host.admit(principal, hello.value.service);
    if (!admitted.ok) return admitted;
    if (this.isClosing) return refused('unavailable', 'the collector is closing');
    if (this.options.host.journal.isCongested || this.count >= maxRequests)
      return refused('unavailable', 'the collector has more to store than it can take now');
    return this.inTurn(hello.value, rest);
  }

  /** Forgets an instance that has connected, or is gone. */
  forget(agent: AgentIdentity): void {
    this.present.delete(instanceKey(agent));
  }

  /** Writes down who has not been heard of for long. */
  sweep(now: number): void {
    for (const { agent, heardAt, isPast } of this.present.values()) {
      if (now - heardAt > presenceMs && !this.last.has(instanceKey(agent)))
        void this.leave(agent, { clean: !isPast, isPast });
    }
  }

  /** Takes no more requests, and writes down that nobody is there any longer. */
  close(): void {
    this.isClosing = true;
    for (const { agent, isPast } of this.present.values()) void this.leave(agent, { clean: !isPast, isPast });
  }

  private async inTurn(hello: Hello, frames: readonly Buffer[]): Promise<Outcome<IngestAnswer>> {
    const key = instanceKey(hello);
    const before = this.last.get(key);
    this.count++;
    const turn = (before ?? Promise.resolve()).then(() => this.admit(hello, frames));
    const ended = turn.catch(() => {}); // the caller hears of it
    this.last.set(key, ended);
    try {
      return await turn;
    } finally {
      this.count--;
      if (this.last.get(key) === ended) this.last.delete(key);
    }
  }

  private async admit(hello: Hello, frames: readonly Buffer[]): Promise<Outcome<IngestAnswer>> {
    const { host } = this.options;
    const agent = { service: hello.service, instance: hello.instance, epoch: hello.epoch };
    try {
      const refusal = hello.past === true ? await this.settlePast(agent, hello) : undefined;
      if (refusal !== undefined) return refusal;
      await this.enter(agent, hello);
      const resumed = await resumePointOf(host, agent, hello);
      if (!resumed.ok) return refused('conflict', resumed.problem);
      if (host.witnesses.isNews(hello)) await host.witnesses.hear(hello);
      const line = new RequestLine();
      const dictionarySize = host.dictionarySizeOf(agent);
      const intake = new BatchIntake({
        agent,
        host,
        connection: line,
        stored: resumed.value,
        dictionarySize,
      });
      for (const frame of frames) {
        if (!line.isEnded) this.takeFrame(frame, { agent, intake, line });
      }
      await intake.settled();
      if (line.failure !== undefined) throw line.failure;
      const { stored, dictionarySize: known } = intake;
      const isOver = hello.past === true && stored >= hello.next - 1;
      if (line.saidGoodbye || isOver)
        await this.leave(agent, { clean: line.saidGoodbye, isPast: hello.past === true });
      return done({ stored, dictionarySize: known, problems: line.problems, ...termsFor(host, hello) });
    } catch (error) {
      host.log('error', `a request is refused, nothing can be stored: ${messageOf(error)}`);
      return refused('unavailable', 'nothing can be stored now');
    }
  }

  /** The answer for a run that has ended, where nothing is left to store of it, or nothing may be now. */
  private async settlePast(agent: AgentIdentity, hello: Hello): Promise<Outcome<IngestAnswer> | undefined> {
    const { host, isConnected } = this.options;
    const stored = await host.storedOf(agent);
    if (stored >= hello.next - 1)
      return done({ stored, dictionarySize: 0, problems: [], ...termsFor(host, hello) });
    const present = this.present.get(instanceKey(agent));
    const isTaken = isConnected(agent) || (present !== undefined && present.agent.epoch !== agent.epoch);
    return isTaken ? refused('conflict', 'this run or a later one of the instance is connected') : undefined;
  }

  /** An instance is written down once as connected, for as long as it goes on sending. */
  private async enter(agent: AgentIdentity, hello: Hello): Promise<void> {
    const { host, replace } = this.options;
    const key = instanceKey(agent);
    const heardAt = host.clock.monotonic();
    if (this.present.get(key)?.agent.epoch !== agent.epoch) {
      replace(agent);
      await host.journal.record({ type: 'connected', hello });
    }
    this.present.set(key, { agent, heardAt, isPast: hello.past === true });
  }

  private takeFrame(frame: Buffer, turn: Turn): void {
    const message = readFrame(frame);
    if (message.ok) this.takeMessage(message.value, { frame, ...turn });
    else turn.intake.refuseFrame(frame, message.problem);
  }

  private takeMessage(message: AgentMessage, of: Turn & { readonly frame: Buffer }): void {
    switch (message.type) {
      case 'hello':
        return of.line.refuse('a second hello in one request');
      case 'batch':
        return of.intake.takeBatch(message, of.frame);
      case 'dictionary':
        return of.intake.takeDictionary(message);
      case 'applied':
        for (const { target, problem } of message.problems)
          this.options.host.log('warning', `cannot apply ${target}: ${problem}`);
        return this.options.host.journal.append({
          fact: { ...message, agent: of.agent },
          failed: (error) => of.line.giveUp(error),
        });
      case 'bye':
        of.line.saidGoodbye = true;
        return;
      case 'ping': // every answer tells the time
    }
  }

  private async leave(
    agent: AgentIdentity,
    { clean, isPast }: { readonly clean: boolean; readonly isPast: boolean },
  ): Promise<void> {
    const { journal, log } = this.options.host;
    this.forget(agent);
    try {
      const why = isPast && !clean ? ({ why: 'past' } as const) : {};
      await journal.record({ type: 'disconnected', agent, clean, ...why });
    } catch (error) {
      log('error', `a disconnect could not be stored: ${messageOf(error)}`);
    }
  }
}

/** A request that is being taken. */
interface Turn {
  readonly agent: AgentIdentity;
  readonly intake: BatchIntake;
  readonly line: RequestLine;
}

/** What an intake says of the frames of one request. */
class RequestLine implements IntakeConnection {
  readonly problems: IngestProblem[] = [];
  isEnded = false;
  failure: unknown;
  saidGoodbye = false;

  send(message: CollectorMessage): void {
    if (message.type !== 'refused') return;
    const { seq, problem } = message;
    this.problems.push(seq === undefined ? { problem } : { seq, problem });
  }

  close(_code: number, problem: string): void {
    this.refuse(problem);
  }

  refuse(problem: string): void {
    if (!this.isEnded) this.problems.push({ problem });
    this.isEnded = true;
  }

  giveUp(error: unknown): void {
    this.failure = error;
    this.isEnded = true;
  }

  resume(): void {}
}
