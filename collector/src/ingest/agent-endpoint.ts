import {
  type AgentIdentity,
  agentSubprotocol,
  type Clock,
  type CollectorMessage,
  type ControlFact,
  type DesiredState,
  instanceKey,
  type Spread,
  type TimerHandle,
  wireLimits,
} from '@holdfast/shared';
import { WebSocketServer } from 'ws';
import type { Access } from '../auth/access.ts';
import { permit, type Principal } from '../auth/policy.ts';
import type { TokenBook } from '../auth/token-book.ts';
import type { Bus } from '../bus/bus.ts';
import type { FoldedState } from '../fold/folded-state.ts';
import type { Journal } from '../journal/journal.ts';
import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Outcome } from '../refusal.ts';
import type { Upgrade } from '../server/http-server.ts';
import type { EventStore } from '../store/event-store.ts';
import { AgentConnection, type ConnectionHost } from './connection.ts';
import { IngestRequests } from './ingest-requests.ts';
import { admissionsPerSecond, Door } from './overload.ts';
import { SealBook } from './seal-book.ts';
import { Witnesses } from './witnesses.ts';

export interface AgentEndpointOptions {
  readonly journal: Journal;
  readonly store: EventStore;
  readonly state: FoldedState;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly access: Access;
  readonly book: TokenBook;
}

const sweepEveryMs = 1_000;
/** Frames a little above the limit are still read, so that they can be refused by name. */
const frameMargin = 65_536;
const reconnectAfterMs = 500;
const closeGraceMs = 1_000;
const strangerLimit = 10_000;

/** `/api/v1/agent`: the connections of all agents, and the requests of those that hold none. */
export class AgentEndpoint implements ConnectionHost {
  readonly subprotocol: string = agentSubprotocol;
  readonly action = 'ingest';
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: Log;
  readonly requests: IngestRequests;
  readonly seals: SealBook = new SealBook();
  readonly witnesses: Witnesses;
  private readonly options: AgentEndpointOptions;
  private readonly server: WebSocketServer;
  private readonly door: Door;
  private readonly connections = new Set<AgentConnection>();
  /** By `service@instance`. */
  private readonly agents = new Map<string, AgentConnection>();
  /** Those that have said hello and have no answer yet. */
  private readonly greeting = new Set<AgentConnection>();
  /** For an instance, the batch that last spoke of resources which were never introduced. */
  private readonly strangers = new Map<string, string>();
  private sweep: TimerHandle | undefined;
  private onEmpty: () => void = () => {};

  constructor(options: AgentEndpointOptions) {
    this.options = options;
    this.journal = options.journal;
    this.clock = options.clock;
    this.log = options.log;
    this.witnesses = new Witnesses(options);
    this.door = new Door(options.clock);
    this.server = new WebSocketServer({
      noServer: true,
      perMessageDeflate: false,
      maxPayload: wireLimits.batchBytes + frameMargin,
      maxFragments: 16,
      maxBufferedChunks: 64,
      handleProtocols: () => agentSubprotocol,
    });
    this.requests = new IngestRequests({
      host: this,
      replace: (agent) => this.agents.get(instanceKey(agent))?.replace(),
      isConnected: (agent) => this.agents.has(instanceKey(agent)),
    });
    this.journal.onRelief = () => {
      for (const connection of this.connections) connection.resume();
    };
    options.bus.subscribe((message) => {
      if (message.type === 'folded' && message.entry.type === 'control') this.pushDesired(message.entry);
    });
    this.scheduleSweep();
  }

  room(): Outcome<undefined> {
    return this.door.admit(this.journal.load, this.greeting.size);
  }

  upgrade({ request, socket, head, principal }: Upgrade): void {
    this.server.handleUpgrade(request, socket, head, (webSocket) => {
      this.connections.add(new AgentConnection(webSocket, this, principal));
      this.options.access.watch(webSocket, principal);
    });
  }

  get spread(): Spread {
    return { agents: this.connections.size, perSecond: admissionsPerSecond };
  }

  isLive(principal: Principal): boolean {
    return this.options.access.isLive(principal);
  }

  admit(principal: Principal, service: string): Outcome<undefined> {
    const allowed = permit(principal, 'ingest', [service]);
    if (!allowed.ok) {
      this.log('warning', `an agent was refused as ${service}: ${allowed.refusal.detail}`);
      this.options.book
        .noteRefusal(principal, service)
        .catch((error: unknown) => this.log('error', `a refusal was not noted: ${messageOf(error)}`));
    }
    return allowed;
  }

  storedOf(agent: AgentIdentity): Promise<number> {
    return this.options.store.storedOf(agent);
  }

  dictionarySizeOf(agent: AgentIdentity): number {
    const instance = this.options.state.fleet.instances.get(instanceKey(agent));
    return instance?.epoch === agent.epoch ? instance.resources.length : 0;
  }

  /** All flags, which any service may come to define, and the breakers of this service. */
  desiredFor(service: string): DesiredState {
    const { version, flags, breakers } = this.options.state.fleet.desired;
    return { version, flags, breakers: breakers.filter((breaker) => breaker.service === service) };
  }

  introduce(connection: AgentConnection, agent: AgentIdentity): void {
    const key = instanceKey(agent);
    const before = this.agents.get(key);
    this.agents.set(key, connection);
    this.greeting.add(connection);
    before?.replace();
    this.requests.forget(agent);
  }

  welcomed(connection: AgentConnection): void {
    this.greeting.delete(connection);
  }

  noteStranger(agent: AgentIdentity, seq: number): boolean {
    const batch = `${agent.epoch}:${seq}`;
    const isKnown = this.strangers.get(instanceKey(agent)) === batch;
    if (this.strangers.size >= strangerLimit) this.strangers.clear();
    this.strangers.set(instanceKey(agent), batch);
    return isKnown;
  }

  end(connection: AgentConnection, agent: AgentIdentity | undefined): void {
    this.connections.delete(connection);
    this.greeting.delete(connection);
    if (agent !== undefined && this.agents.get(instanceKey(agent)) === connection) {
      this.agents.delete(instanceKey(agent));
    }
    if (this.connections.size === 0) this.onEmpty();
  }

  /** Asks every agent to come back later, one after the other, and takes nothing more from them. */
  sendAway(): void {
    this.sweep?.cancel();
    this.requests.close();
    let index = 0;
    for (const connection of this.connections) {
      const waitMs = reconnectAfterMs + (index++ / admissionsPerSecond) * 1_000;
      connection.sendAway(Math.round(waitMs), 'the collector is closing');
    }
  }

  /** Ends every connection; call it once what they sent is stored. */
  async close(): Promise<void> {
    this.server.close();
    if (this.connections.size === 0) return;
    const isEmpty = new Promise<void>((resolve) => (this.onEmpty = resolve));
    const grace = this.clock.setTimeout(() => {
      for (const connection of this.connections) connection.terminate();
    }, closeGraceMs);
    for (const connection of this.connections) connection.closeForGood();
    await isEmpty;
    grace.cancel();
  }

  /** Cuts off those that are left, without a fact in the log. */
  terminate(): void {
    for (const connection of this.connections) {
      connection.closeForGood();
      connection.terminate();
    }
  }

  /** Encodes once for each service: what is asked of one service's breaker is no news to the others. */
  private pushDesired({ action, target }: ControlFact): void {
    if (!action.startsWith('flag.') && !action.startsWith('breaker.')) return;
    const frames = new Map<string, string>();
    for (const connection of this.agents.values()) {
      const service = connection.agent?.service;
      if (service === undefined) continue;
      const isConcerned = target.startsWith(`${service}/`) || target.startsWith(`${service}@`);
      if (!action.startsWith('flag.') && !isConcerned) continue;
      const frame = frames.get(service) ?? this.desiredFrame(service);
      frames.set(service, frame);
      connection.sendEncoded(frame);
    }
  }

  private desiredFrame(service: string): string {
    const message: CollectorMessage = { type: 'desired', desired: this.desiredFor(service) };
    return JSON.stringify(message);
  }

  private scheduleSweep(): void {
    this.sweep = this.clock.setTimeout(() => {
      const now = this.clock.monotonic();
      for (const connection of this.connections) connection.check();
      this.requests.sweep(now);
      this.scheduleSweep();
    }, sweepEveryMs);
  }
}
