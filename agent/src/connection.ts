import type { BreakerDirectory } from './control/breaker-directory.ts';
import { DesiredStateKeeper } from './control/desired-state.ts';
import { DesiredFile } from './control/desired-file.ts';
import type { FlagBook } from './flags/flags.ts';
import { type AgentSettings, defaultInstance } from './options/agent-options.ts';
import type { CollectorAddress } from './options/collector-address.ts';
import { atProcessExit } from './process-exit.ts';
import { present } from './present.ts';
import { LazySpool } from './spool/lazy-spool.ts';
import { makeFolder } from './spool/make-folder.ts';
import type { RunIdentity } from './spool/run-identity.ts';
import type { SpoolStatus } from './spool/spool.ts';
import { Backoff } from './stream/backoff.ts';
import { CollectorClock } from './stream/collector-clock.ts';
import { Outbox } from './stream/outbox.ts';
import type { Conversation, ConversationOptions } from './stream/conversation.ts';
import { Pulse } from './stream/pulse.ts';
import { readAnswer } from './stream/read-message.ts';
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
  readonly spool?: SpoolStatus;
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
  #identity: RunIdentity | undefined;
  #spool: LazySpool | undefined;
  #isClosed = false;

  constructor(options: ConnectionOptions) {
    const { settings, recorder, flags, breakers, internalError } = options;
    const { service, clock, collector, spoolDir: directory } = settings;
    const { instance, release } = claimInstance(service, settings.instance);
    this.instance = instance;
    this.#releaseName = release;
    this.#options = options;
    this.#startedAt = clock.now();
    const collectorClock = new CollectorClock(clock);
    const file =
      directory === undefined || collector === undefined
        ? undefined
        : new DesiredFile({ directory, service, collector: addressOf(collector), internalError });
    const ours = { service, instance, clock, collectorClock, flags, breakers, file };
    this.#desired = new DesiredStateKeeper(ours);
    this.#outbox = new Outbox({ recorder, clock, maxBytes: settings.limits.memoryBytes / 2 });
    if (collector === undefined) return;
    const kept: ConversationOptions['kept'] = {};
    const shared: ConversationOptions = {
      clock,
      recorder,
      outbox: this.#outbox,
      collectorClock,
      greet: () => ({ ...this.#whoWeAre(), ...kept, desiredVersion: this.#desired.version }),
      kept,
      startOver: (refusedCount) => this.#startOver(refusedCount),
      apply: (desired) => this.#desired.apply(desired),
      internalError,
    };
    const session = this.#converse(collector, shared);
    this.#session = session;
    recorder.onUrgent = () => {
      session.flushSoon();
      this.#spool?.sealSoon();
    };
    this.#outbox.onFetched = () => session.flushSoon();
    this.#desired.onReapplied = (applied) => session.send(applied);
  }

  get status(): ConnectionStatus {
    const connection = this.#session?.state ?? 'local';
    const problem = this.#session?.problem ?? this.#spool?.problem;
    return present({ connection, connected: connection === 'live', problem, spool: this.#spool?.status });
  }

  get unackedCount(): number {
    return this.#outbox.unackedCount;
  }

  start(): void {
    const session = this.#session;
    const { collector, spoolDir } = this.#options.settings;
    if (session === undefined || collector === undefined) return;
    this.#stopWatchingExit = atProcessExit((isClean) => {
      session.flushAtExit(isClean);
      this.#spool?.endSync(isClean);
    });
    if (spoolDir === undefined) session.start();
    else this.#spool = this.#openSpool(spoolDir, { collector, session });
  }

  /** Events, rollups and batches that the collector has not confirmed. */
  get pendingCount(): number {
    const { events, rollups } = this.#options.recorder;
    return events.length + rollups.length + this.#outbox.unackedCount;
  }

  /** Sends what waits now and says what came of it. Never rejects. */
  async flush(deadlineMs: number): Promise<FlushResult> {
    const before = this.#outbox.storedCount;
    await this.#session?.flush(await this.#waitFor(this.#spool?.attempted, deadlineMs));
    const storedCount = this.#outbox.storedCount - before;
    return present({ storedCount, pendingCount: this.pendingCount, problem: this.#session?.problem });
  }

  /** Flushes for at most `timeoutMs` and ends. Never rejects. */
  async close(timeoutMs: number): Promise<void> {
    const { recorder } = this.#options;
    const { clock } = this.#options.settings;
    const endMs = clock.monotonic() + timeoutMs;
    recorder.readAll();
    // What the disk gets is soon there: a part of the time is for that, whatever the collector takes.
    const forSpoolMs = this.#spool === undefined ? 0 : Math.min(timeoutMs / 2, mostForSpoolMs);
    const restMs = await this.#waitFor(this.#spool?.attempted, timeoutMs - forSpoolMs);
    this.#isClosed = true;
    await this.#session?.close(restMs);
    await this.#waitFor(this.#spool?.close(), Math.max(0, endMs - clock.monotonic()));
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
    if (mode === 'request')
      return new RequestSession({ ...shared, post: httpPost(collector, { keepsAlive: true }), thawed });
    const deflate = compress ? createDeflate(shared.internalError) : undefined;
    const transport = webSocketTransport({ ...collector, clock });
    return new Session({ ...shared, transport, random, deflate });
  }

  #openSpool(
    directory: string,
    {
      collector,
      session,
    }: { readonly collector: CollectorAddress | Transport; readonly session: Conversation },
  ): LazySpool {
    const { settings, recorder, internalError } = this.#options;
    const { clock, random, limits } = settings;
    return new LazySpool({
      directory,
      maxBytes: limits.spoolBytes,
      clock,
      recorder,
      outbox: this.#outbox,
      identity: () => this.#whoWeAre(),
      post: 'connect' in collector ? undefined : httpPost(collector, { keepsAlive: false }),
      goAhead: () => {
        if (!this.#isClosed) session.start();
      },
      internalError,
      createPulse: (beat, everyMs) => new Pulse(clock, beat, everyMs),
      readAnswer,
      makeFolder,
      backoff: new Backoff(random),
    });
  }

  /** Returns what is left of the time. The process stays for it: someone waits. */
  async #waitFor(end: Promise<void> | undefined, timeoutMs: number): Promise<number> {
    if (end === undefined) return timeoutMs;
    const { clock } = this.#options.settings;
    const startMs = clock.monotonic();
    await new Promise<void>((resolve) => {
      const timer = clock.setTimeout(resolve, timeoutMs, { keepsAlive: true });
      void end.then(() => {
        timer.cancel();
        return resolve();
      });
    });
    return Math.max(0, timeoutMs - (clock.monotonic() - startMs));
  }

  #startOver(refusedCount: number): void {
    this.#identity = undefined;
    this.#spool?.startOver();
    this.#outbox.startOver(refusedCount);
  }

  /** Drawn when it is first needed: a process that was forked or thawed before then is another one. */
  #whoWeAre(): RunIdentity {
    const { service, clock, random, version, environment, tags } = this.#options.settings;
    this.#identity ??= present({
      service,
      instance: this.instance,
      epoch: `${clock.now().toString(36)}-${Math.floor(random() * 2 ** 48).toString(36)}`,
      version,
      environment,
      tags,
      agentVersion,
      startedAt: this.#startedAt,
    });
    return this.#identity;
  }
}

const mostForSpoolMs = 500;

function addressOf(collector: CollectorAddress | Transport): string {
  return 'connect' in collector ? '' : collector.url.href;
}

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
