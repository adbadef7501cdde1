import type { Hello } from '@holdfast/shared';
import type { BreakerDirectory } from './control/breaker-directory.ts';
import { DesiredStateKeeper } from './control/desired-state.ts';
import type { FlagBook } from './flags/flags.ts';
import { type AgentSettings, defaultInstance } from './options/agent-options.ts';
import type { CollectorAddress } from './options/collector-address.ts';
import { atProcessExit } from './process-exit.ts';
import { present } from './present.ts';
import { CollectorClock } from './stream/collector-clock.ts';
import { Outbox } from './stream/outbox.ts';
import type { Conversation, ConversationOptions } from './stream/conversation.ts';
import { RequestSession } from './stream/request-session.ts';
import { Session } from './stream/session.ts';
import type { SessionState } from './stream/session-state.ts';
import type { Transport } from './stream/transport.ts';
import type { Recorder } from './telemetry/recorder.ts';
import { createDeflate } from './transport/deflate.ts';
import { httpPost } from './transport/http-post.ts';
import { webSocketTransport } from './transport/websocket.ts';
import { agentVersion } from './version.ts';

export interface ConnectionStatus {
  /** `local` without a collector, else where the conversation with it stands. */
  readonly connection: 'local' | SessionState['type'];
  readonly connected: boolean;
  /** Why there is no connection, in words. */
  readonly problem?: string;
}

/** What a flush has led to. */
export interface FlushResult {
  /** Batches that were stored meanwhile. */
  readonly storedCount: number;
  /** Events, rollups and batches that the collector has not confirmed. */
  readonly pendingCount: number;
  /** Why something is left, in words, where that is known. */
  readonly problem?: string;
}

export interface ConnectionOptions {
  readonly settings: AgentSettings;
  readonly recorder: Recorder;
  readonly flags: FlagBook;
  readonly breakers: BreakerDirectory;
  readonly internalError: (error: unknown) => void;
}

/**
 * All that lies between the recorder and the collector: outbox, session, transport and what people ask for.
 */
export class Connection {
  /** What tells this process from the others of its service. */
  readonly instance: string;
  readonly #options: ConnectionOptions;
  readonly #outbox: Outbox;
  readonly #desired: DesiredStateKeeper;
  readonly #session: Conversation | undefined;
  readonly #releaseName: () => void;
  readonly #startedAt: number;
  #stopWatchingExit: () => void = () => {};
  #greeting: HelloFields | undefined;

  constructor(options: ConnectionOptions) {
    const { settings, recorder, flags, breakers, internalError } = options;
    const { service, clock, collector } = settings;
    const { instance, release } = claimInstance(service, settings.instance);
    this.instance = instance;
    this.#releaseName = release;
    this.#options = options;
    this.#startedAt = clock.now();
    const collectorClock = new CollectorClock(clock);
    this.#desired = new DesiredStateKeeper({ service, instance, clock, collectorClock, flags, breakers });
    this.#outbox = new Outbox({ recorder, clock, maxBytes: settings.limits.memoryBytes / 2 });
    if (collector === undefined) return;
    const shared: ConversationOptions = {
      clock,
      recorder,
      outbox: this.#outbox,
      collectorClock,
      greet: () => ({ ...this.#greet(), desiredVersion: this.#desired.version }),
      startOver: (refusedCount) => this.#startOver(refusedCount),
      apply: (desired) => this.#desired.apply(desired),
      internalError,
    };
    const session = this.#converse(collector, shared);
    this.#session = session;
    recorder.onUrgent = () => session.flushSoon();
    this.#desired.onReapplied = (applied) => session.send(applied);
  }

  get status(): ConnectionStatus {
    const connection = this.#session?.state ?? 'local';
    const problem = this.#session?.problem;
    return present({ connection, connected: connection === 'live', problem });
  }

  get unackedCount(): number {
    return this.#outbox.unackedCount;
  }

  start(): void {
    const session = this.#session;
    if (session === undefined) return;
    this.#stopWatchingExit = atProcessExit((isClean) => session.flushAtExit(isClean));
    session.start();
  }

  /** Events, rollups and batches that the collector has not confirmed. */
  get pendingCount(): number {
    const { events, rollups } = this.#options.recorder;
    return events.length + rollups.length + this.#outbox.unackedCount;
  }

  /** Sends what waits now and says what came of it. Never rejects. */
  async flush(deadlineMs: number): Promise<FlushResult> {
    const before = this.#outbox.storedCount;
    await this.#session?.flush(deadlineMs);
    const storedCount = this.#outbox.storedCount - before;
    return present({ storedCount, pendingCount: this.pendingCount, problem: this.#session?.problem });
  }

  /** Flushes for at most `timeoutMs` and ends. Never rejects. */
  async close(timeoutMs: number): Promise<void> {
    const { recorder } = this.#options;
    recorder.readAll();
    await this.#session?.close(timeoutMs);
    recorder.stop();
    recorder.drops.add('event', 'shutdown_deadline', recorder.events.length);
    recorder.drops.add('rollup', 'shutdown_deadline', recorder.rollups.length);
    if (this.#outbox.shelf === undefined)
      recorder.drops.add('batch', 'shutdown_deadline', this.#outbox.unackedCount);
    this.#stopWatchingExit();
    this.#releaseName();
  }

  #converse(collector: CollectorAddress | Transport, shared: ConversationOptions): Conversation {
    const { clock, random, mode, compress } = this.#options.settings;
    if ('connect' in collector) return new Session({ ...shared, transport: collector, random });
    const thawed = (): void => this.#desired.settleAgain();
    if (mode === 'request') return new RequestSession({ ...shared, post: httpPost(collector), thawed });
    const deflate = compress ? createDeflate(shared.internalError) : undefined;
    const transport = webSocketTransport({ ...collector, clock });
    return new Session({ ...shared, transport, random, deflate });
  }

  /** Where batches stand on a shelf, they and its owner are of this run: it stays. */
  #startOver(refusedCount: number): void {
    if (this.#outbox.shelf !== undefined) return;
    this.#greeting = undefined;
    this.#outbox.startOver(refusedCount);
  }

  /** Drawn when it is first needed: a process that was forked or thawed before then is another one. */
  #greet(): HelloFields {
    const { service, clock, random, version, environment, tags } = this.#options.settings;
    this.#greeting ??= present({
      service,
      instance: this.instance,
      epoch: `${clock.now().toString(36)}-${Math.floor(random() * 2 ** 48).toString(36)}`,
      version,
      environment,
      tags,
      agentVersion,
      startedAt: this.#startedAt,
    });
    return this.#greeting;
  }
}

type HelloFields = Omit<Hello, 'type' | 'protocol' | 'first' | 'next' | 'sentAt' | 'desiredVersion'>;

const usedInstances = new Set<string>();

/** A name that no other agent of this service in this process has, unless it was asked for. */
function claimInstance(
  service: string,
  wanted: string | undefined,
): { readonly instance: string; readonly release: () => void } {
  if (wanted !== undefined) return { instance: wanted, release: () => {} };
  const base = defaultInstance();
  let instance = base;
  for (let number = 2; usedInstances.has(`${service}@${instance}`); number++) instance = `${base}-${number}`;
  const key = `${service}@${instance}`;
  usedInstances.add(key);
  return { instance, release: () => usedInstances.delete(key) };
}
