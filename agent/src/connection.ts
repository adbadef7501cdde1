import type { Hello } from '@holdfast/shared';
import type { BreakerDirectory } from './control/breaker-directory.ts';
import { DesiredStateKeeper } from './control/desired-state.ts';
import type { FlagBook } from './flags/flags.ts';
import { type AgentSettings, defaultInstance } from './options/agent-options.ts';
import { atProcessExit } from './process-exit.ts';
import { present } from './present.ts';
import { CollectorClock } from './stream/collector-clock.ts';
import { Outbox } from './stream/outbox.ts';
import { Session } from './stream/session.ts';
import type { SessionState } from './stream/session-state.ts';
import type { Transport } from './stream/transport.ts';
import type { Recorder } from './telemetry/recorder.ts';
import { webSocketTransport } from './transport/websocket.ts';
import { agentVersion } from './version.ts';

export interface ConnectionStatus {
  /** `local` without a collector, else where the conversation with it stands. */
  readonly connection: 'local' | SessionState['type'];
  readonly connected: boolean;
  /** Why there is no connection, in words. */
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
  readonly #session: Session | undefined;
  readonly #releaseName: () => void;
  readonly #startedAt: number;
  #stopWatchingExit: () => void = () => {};
  #greeting: HelloFields | undefined;

  constructor(options: ConnectionOptions) {
    const { settings, recorder, flags, breakers, internalError } = options;
    const { service, clock, random, collector } = settings;
    const { instance, release } = claimInstance(service, settings.instance);
    this.instance = instance;
    this.#releaseName = release;
    this.#options = options;
    this.#startedAt = clock.now();
    const collectorClock = new CollectorClock(clock);
    this.#desired = new DesiredStateKeeper({ service, instance, clock, collectorClock, flags, breakers });
    this.#outbox = new Outbox({ recorder, clock, maxBytes: settings.limits.memoryBytes / 2 });
    if (collector === undefined) return;
    const transport: Transport =
      'connect' in collector ? collector : webSocketTransport({ ...collector, clock });
    const session = new Session({
      transport,
      clock,
      random,
      recorder,
      outbox: this.#outbox,
      collectorClock,
      greet: () => ({ ...this.#greet(), desiredVersion: this.#desired.version }),
      apply: (desired) => this.#desired.apply(desired),
      internalError,
    });
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

  /** Flushes for at most `timeoutMs` and ends. Never rejects. */
  async close(timeoutMs: number): Promise<void> {
    const { recorder } = this.#options;
    recorder.readMeters();
    await this.#session?.close(timeoutMs);
    recorder.stop();
    this.#stopWatchingExit();
    this.#releaseName();
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
