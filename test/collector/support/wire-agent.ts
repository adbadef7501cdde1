import {
  agentSubprotocol,
  type Batch,
  type CollectorMessage,
  type CountColumn,
  countColumns,
  type Hello,
  type ResilienceEvent,
  type ResourceDescriptor,
  toColumns,
} from '@holdfast/shared';
import { WebSocket } from 'ws';
import { readMessage } from '../../../agent/src/stream/read-message.ts';
import type { Scope } from '../../support/scope.ts';
import { waitFor } from '../../support/wait-for.ts';

type MessageOf<T extends CollectorMessage['type']> = Extract<CollectorMessage, { readonly type: T }>;

/** The agent's side of the wire, frame by frame, so that a test can also send what no agent would. */
export class WireAgent {
  readonly received: CollectorMessage[] = [];
  closed: { readonly code: number; readonly reason: string } | undefined;
  private readonly socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data: Buffer) => {
      const frame = data.toString('utf8');
      const message = readMessage(frame);
      if (message === undefined) throw new Error(`no agent understands ${frame}`);
      this.received.push(message);
    });
    socket.on('close', (code, reason) => (this.closed = { code, reason: reason.toString('utf8') }));
    socket.on('error', () => {}); // told by `closed`
  }

  static async connect(scope: Scope, url: string, headers: Record<string, string> = {}): Promise<WireAgent> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/api/v1/agent`, agentSubprotocol, { headers });
    const agent = new WireAgent(socket);
    scope.onEnd(() => socket.terminate());
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    return agent;
  }

  /** Connects and says hello; resolves with the welcome in `received`. */
  static async introduce(scope: Scope, url: string, hello: Partial<Hello> = {}): Promise<WireAgent> {
    const agent = await WireAgent.connect(scope, url);
    agent.send(helloWith(hello));
    await agent.next('welcome');
    return agent;
  }

  send(message: object): void {
    this.sendText(JSON.stringify(message));
  }

  sendText(text: string): void {
    this.socket.send(text);
  }

  sendBinary(bytes: Uint8Array): void {
    this.socket.send(bytes);
  }

  all<T extends CollectorMessage['type']>(type: T): MessageOf<T>[] {
    return this.received.filter((message): message is MessageOf<T> => message.type === type);
  }

  /** The newest message of a type, once there is one that satisfies the condition. */
  next<T extends CollectorMessage['type']>(
    type: T,
    condition: (message: MessageOf<T>) => boolean = () => true,
  ): Promise<MessageOf<T>> {
    return waitFor(() => this.all(type).findLast(condition), { what: `a ${type}`, withinMs: 5_000 });
  }

  async acknowledged(seq: number): Promise<void> {
    await this.next('ack', (ack) => ack.stored >= seq);
  }

  async waitForClose(): Promise<{ readonly code: number; readonly reason: string }> {
    return waitFor(() => this.closed, { what: 'the connection to close', withinMs: 5_000 });
  }

  close(): void {
    this.socket.close();
  }

  terminate(): void {
    this.socket.terminate();
  }
}

export function helloWith(more: Partial<Hello> = {}): Hello {
  return {
    type: 'hello',
    protocol: 1,
    service: 'checkout',
    instance: 'a',
    epoch: 'first',
    tags: {},
    agentVersion: '0.1.0',
    first: 1,
    next: 1,
    desiredVersion: 0,
    startedAt: 1_000,
    sentAt: startAt,
    ...more,
  };
}

/** The moment at which the tests' clocks begin: a whole minute, and no round hour. */
export const startAt = 1_780_000_020_000;

const breaker: ResourceDescriptor = { kind: 'circuit_breaker', name: 'payments' };

/** A batch that introduces a breaker when it is the first. */
export function batchWith(seq: number, more: Partial<Batch> = {}): Batch {
  return {
    type: 'batch',
    seq,
    sealedAt: startAt,
    ...(seq === 1 ? { dictionary: { from: 0, add: [breaker] } } : {}),
    events: [],
    ...more,
  };
}

/** What one resource counted in one second. */
export function rollupsOf(
  counts: Partial<Record<CountColumn, number>>,
  { resource = 0, second = startAt / 1_000, latency = [100, 1] } = {},
): Pick<Batch, 'rollups'> {
  const row = countColumns.map((name) => counts[name] ?? 0);
  return { rollups: toColumns([{ resource, second, counts: row, gauges: {}, latency }]) };
}

export function openedEvent(at: number = startAt): ResilienceEvent {
  return {
    kind: 'circuit_breaker.opened',
    at,
    resource: 0,
    from: 'closed',
    to: 'open',
    cause: 'failure_rate',
    callCount: 10,
    failureRatio: 0.6,
  };
}

/** Levels of one flag, as an agent sends them after it connects. */
export function flagLevels(value: boolean, more: object = {}): Pick<Batch, 'levels'> {
  return {
    levels: {
      complete: true,
      breakers: [{ resource: 0, state: 'closed', sinceAt: startAt }],
      health: [],
      flags: [
        {
          flag: 'reviews',
          value,
          defaultValue: true,
          degradedValue: false,
          reason: 'STATIC',
          sinceAt: startAt,
          bindings: ['circuit_breaker/payments'],
          ...more,
        },
      ],
    },
  };
}
