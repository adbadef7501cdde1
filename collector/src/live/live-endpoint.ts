import {
  type Clock,
  closeCodes,
  type LiveQuestion,
  type LiveRefusal,
  liveSubprotocol,
  parseFilter,
  readLiveQuery,
  readLiveRequest,
  type Result,
  type TimerHandle,
} from '@holdfast/shared';
import { WebSocketServer } from 'ws';
import type { Access } from '../auth/access.ts';
import { permitAction } from '../auth/policy.ts';
import { messageOf } from '../errors.ts';
import type { Refusal } from '../refusal.ts';
import type { Upgrade } from '../server/http-server.ts';
import type { EventStore } from '../store/event-store.ts';
import { LiveHub, type LiveHubOptions } from './live-hub.ts';
import { LiveReader } from './live-reader.ts';
import { type PastQuestion, Replays, type ReplaysOptions } from './replays.ts';
import { textFrames } from './text-frames.ts';

export interface LiveEndpointOptions extends LiveHubOptions, ReplaysOptions {
  readonly store: EventStore;
  readonly clock: Clock;
  readonly access: Access;
}

/** How the live feed stands. */
export interface LiveStanding {
  readonly readers: number;
  /** Different filters that are asked for. */
  readonly questions: number;
  /** Readers that are too slow, and hear nothing until they have caught up. */
  readonly behind: number;
  /** What waits for readers, and the most that has waited for one since the start. */
  readonly queuedBytes: number;
  readonly mostQueuedBytes: number;
  /** Messages that slow readers did not get, and snapshots that they got instead, since the start. */
  readonly skipped: number;
  readonly snapshots: number;
  /** How many are shown the past. */
  readonly replays: number;
}

const pingMs = 15_000;
const noteMs = 60_000;
const inboundBytes = 16_384;
const mostReaders = 1_000;
const messagesPerMinute = 100;

/** `/api/v1/live`: a snapshot, then what changed, encoded once for all who ask the same. */
export class LiveEndpoint {
  readonly subprotocol: string = liveSubprotocol;
  readonly action = 'read';
  private readonly options: LiveEndpointOptions;
  private readonly server: WebSocketServer;
  private readonly hub: LiveHub;
  private readonly replays: Replays;
  private readonly readers = new Set<LiveReader>();
  private mostQueuedBytes = 0;
  /** When slow readers were last told of, and how many messages they had missed by then. */
  private noted = { at: Number.NEGATIVE_INFINITY, skipped: 0 };
  private timer: TimerHandle | undefined;

  constructor(options: LiveEndpointOptions) {
    this.options = options;
    this.hub = new LiveHub(options);
    this.replays = new Replays(options);
    this.server = new WebSocketServer({
      noServer: true,
      perMessageDeflate: false,
      maxPayload: inboundBytes,
      maxFragments: 16,
      maxBufferedChunks: 64,
      handleProtocols: () => liveSubprotocol,
    });
    this.schedulePings();
  }

  upgrade({ request, socket: connection, head, principal }: Upgrade): void {
    const { access, clock } = this.options;
    const query = new URL(request.url ?? '/', 'http://localhost').searchParams;
    const asked = readLiveQuery((name) => query.get(name) ?? undefined);
    this.server.handleUpgrade(request, connection, head, (socket) => {
      access.watch(socket, principal);
      this.add(new LiveReader({ connection, socket, principal, clock }), asked);
    });
  }

  standing(): LiveStanding {
    const readers = [...this.readers];
    return {
      readers: readers.length,
      questions: this.hub.questionCount,
      behind: readers.filter((reader) => reader.isBehind).length,
      queuedBytes: readers.reduce((sum, reader) => sum + reader.queuedBytes, 0),
      mostQueuedBytes: Math.max(this.mostQueuedBytes, ...readers.map((reader) => reader.mostQueuedBytes)),
      ...this.hub.slow,
      replays: this.replays.count,
    };
  }

  close(): void {
    this.hub.close();
    this.replays.stopAll();
    this.timer?.cancel();
    for (const { socket } of this.readers) socket.close(1001, 'the collector is closing');
    this.server.close();
  }

  /** Ends those that have not answered the close. */
  terminate(): void {
    for (const { socket } of this.readers) socket.terminate();
  }

  private add(reader: LiveReader, asked: Result<LiveQuestion>): void {
    const { socket } = reader;
    socket.on('error', (error) => this.options.log('warning', `live connection: ${messageOf(error)}`));
    if (this.readers.size >= mostReaders)
      return socket.close(1013, `there are ${mostReaders} readers already`);
    this.readers.add(reader);
    socket.on('close', () => this.remove(reader));
    socket.on('message', (data: Buffer) => this.hear(reader, data));
    this.ask(reader, asked, (refusal) => {
      tell(reader, refusal);
      socket.close(closeCodes.refused, 'the question cannot be answered');
    });
  }

  private remove(reader: LiveReader): void {
    this.readers.delete(reader);
    this.hub.leave(reader);
    this.replays.stop(reader);
    this.mostQueuedBytes = Math.max(this.mostQueuedBytes, reader.mostQueuedBytes);
  }

  /** Another question of a reader that is there. What it may is looked at again. */
  private hear(reader: LiveReader, data: Buffer): void {
    const { access } = this.options;
    if (!access.isLive(reader.principal))
      return reader.socket.close(closeCodes.unauthorised, 'the token has ended');
    if (!permitAction(reader.principal, this.action).ok)
      return reader.socket.close(closeCodes.forbidden, 'may not read');
    if (!reader.countMessage(messagesPerMinute))
      return reader.socket.close(closeCodes.refused, 'too many messages');
    this.ask(reader, readLiveRequest(data.toString('utf8')), (refusal) => tell(reader, refusal));
  }

  /** Answers a question in place of the one before, or says why not and leaves that as it is. */
  private ask(reader: LiveReader, asked: Result<LiveQuestion>, refuse: (refusal: Refusal) => void): void {
    reader.questionCount++;
    if (!asked.ok) return refuse({ kind: 'bad_input', detail: asked.problem });
    const { q: text = '', cursor, at, speed = 1 } = asked.value;
    const parsed = parseFilter(text, 'live feed');
    if (!parsed.ok) {
      const detail = `\`q\` is wrong at character ${parsed.at + 1}: ${parsed.problem}`;
      return refuse({ kind: 'bad_input', detail, field: 'q' });
    }
    const { filter } = parsed;
    const follow = (): void => {
      const joined = this.hub.join(reader, { text: text.trim(), filter, cursor });
      if (!joined.ok) return refuse(joined.refusal);
      this.replays.stop(reader);
    };
    if (at === undefined) follow();
    else void this.replay(reader, { filter, at, speed, onNow: follow }, refuse);
  }

  private async replay(
    reader: LiveReader,
    asked: PastQuestion,
    refuse: (refusal: Refusal) => void,
  ): Promise<void> {
    const { questionCount } = reader;
    const isWanted = (): boolean => this.readers.has(reader) && reader.questionCount === questionCount;
    try {
      const started = await this.replays.start(reader, asked, isWanted);
      if (!started.ok) refuse(started.refusal);
      else if (isWanted()) this.hub.leave(reader);
    } catch (error) {
      this.options.log('error', `the past cannot be read: ${messageOf(error)}`);
      refuse({ kind: 'failed', detail: 'the past cannot be read now' });
    }
  }

  private schedulePings(): void {
    this.timer = this.options.clock.setTimeout(() => {
      for (const reader of this.readers) reader.ping();
      this.noteSlow();
      this.schedulePings();
    }, pingMs);
  }

  /** Says that readers are too slow, once in a while. */
  private noteSlow(): void {
    const { readers, behind, skipped } = this.standing();
    const missed = skipped - this.noted.skipped;
    const now = this.options.clock.monotonic();
    if (missed === 0 || now - this.noted.at < noteMs) return;
    this.noted = { at: now, skipped };
    const who = `${behind} of ${readers} are behind now`;
    this.options.log('warning', `readers of the live feed were too slow for ${missed} messages; ${who}`);
  }
}

function tell(reader: LiveReader, { field, detail }: Refusal): void {
  const refusal: LiveRefusal = { type: 'refused', detail, ...(field === undefined ? {} : { field }) };
  reader.send(textFrames(JSON.stringify(refusal)));
}
