import {
  type Clock,
  countIndex,
  type HealthCheckKind,
  type HealthLevel,
  type HealthStatus,
  healthCheckKinds,
  type TimerHandle,
} from '@holdfast/shared';
import {
  boolean,
  func,
  name as checkedName,
  number,
  oneOf,
  readOptions,
  withDefault,
} from '../options/checks.ts';
import { present } from '../present.ts';
import { cut } from '../telemetry/fit.ts';
import type { Meter } from '../telemetry/meter.ts';
import type { Recorder } from '../telemetry/recorder.ts';
import { Inquiry } from './inquiry.ts';
import type { HealthProbe, ProbeResult } from './probe.ts';

export interface HealthCheckOptions {
  /** Which question it answers: restart me, send me traffic, have I started. Default `readiness`. */
  readonly kind?: HealthCheckKind;
  /** When an answer is too late, in milliseconds. Default 2000. */
  readonly timeoutMs?: number;
  /** Time between the end of a run and the next, in milliseconds. Default 10000. */
  readonly intervalMs?: number;
  /** Whether `down` makes the service down, and not just degraded. Default true. */
  readonly critical?: boolean;
  /**
   * How long after its creation a check that has not been up yet is `unknown` instead of `down`. Default 0.
   */
  readonly graceMs?: number;
}

/** What is known of a check. */
export interface HealthCheckReport {
  readonly name: string;
  readonly kind: HealthCheckKind;
  readonly critical: boolean;
  readonly status: HealthStatus;
  /** Since when it has this status, epoch milliseconds. */
  readonly sinceAt: number;
  /** When it last answered; absent before the first time. */
  readonly checkedAt?: number;
  readonly durationMs?: number;
  readonly message?: string;
}

export interface HealthCheckSetup {
  readonly clock: Clock;
  readonly recorder: Recorder;
  readonly redact: (text: string) => string;
}

/** One check: runs on its interval and on demand, never twice at the same time, and remembers the answer. */
export class HealthCheck {
  readonly name: string;
  readonly #setup: HealthCheckSetup;
  readonly #inquiry: Inquiry;
  readonly #options: Required<HealthCheckOptions>;
  readonly #meter: Meter;
  readonly #madeAt: number;
  readonly #markLevel: () => void;
  #report: HealthCheckReport;
  #hasBeenUp = false;
  #run: Promise<void> | undefined;
  #timer: TimerHandle | undefined;
  #isStopped = false;

  /** Throws `TypeError` or `RangeError` on a bad option, naming it. */
  constructor(setup: HealthCheckSetup, { name, probe, options }: HealthCheckInit) {
    const { clock, recorder } = setup;
    this.name = checkedName(name, 'healthCheck name');
    this.#setup = setup;
    const checkedProbe = func<HealthProbe>()(probe, `healthCheck ${name}`);
    this.#options = readOptions(optionChecks, options, `healthCheck ${name}`);
    const { kind, critical, timeoutMs, intervalMs } = this.#options;
    this.#inquiry = new Inquiry(clock, timeoutMs, checkedProbe);
    this.#meter = recorder.meter({
      kind: 'health_check',
      name,
      config: { kind, critical, timeoutMs, intervalMs },
    });
    this.#madeAt = clock.now();
    this.#report = { name, kind, critical, status: 'unknown', sinceAt: this.#madeAt };
    this.#markLevel = recorder.isShared(this.#meter)
      ? () => {}
      : recorder.levels.enter('health', () => this.#level());
    this.#arm(0);
  }

  get report(): HealthCheckReport {
    return this.#report;
  }

  get status(): HealthStatus {
    return this.#report.status;
  }

  /** Whether it has been `up` at least once. */
  get hasBeenUp(): boolean {
    return this.#hasBeenUp;
  }

  /** Runs it now, or joins the run that is under way. Resolves with what is then known; never rejects. */
  async run(): Promise<HealthCheckReport> {
    this.#run ??= this.#runOnce().finally(() => {
      this.#run = undefined;
      this.#arm(this.#options.intervalMs);
    });
    await this.#run;
    return this.#report;
  }

  /** It runs no more by itself. */
  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  #arm(delayMs: number): void {
    this.#timer?.cancel();
    if (this.#isStopped) return;
    this.#timer = this.#setup.clock.setTimeout(() => void this.run(), delayMs);
  }

  async #runOnce(): Promise<void> {
    const { clock } = this.#setup;
    const startedAt = clock.monotonic();
    const answer = await this.#inquiry.ask();
    const durationMs = clock.monotonic() - startedAt;
    this.#meter.count(countIndex[answer.outcome]);
    this.#meter.time(durationMs);
    this.#take(answer, durationMs);
  }

  #take({ status: answered, message }: ProbeResult, durationMs: number): void {
    const { clock, recorder, redact } = this.#setup;
    const now = clock.now();
    if (answered === 'up') this.#hasBeenUp = true;
    const isInGrace = !this.#hasBeenUp && now - this.#madeAt < this.#options.graceMs;
    const status = answered === 'down' && isInGrace ? 'unknown' : answered;
    const from = this.#report.status;
    const shown = message === undefined ? undefined : cut(redact(message), maxMessageLength);
    const { name, kind, critical, sinceAt, message: before } = this.#report;
    const isChange = status !== from;
    this.#report = present({
      name,
      kind,
      critical,
      status,
      sinceAt: isChange ? now : sinceAt,
      checkedAt: now,
      durationMs,
      message: shown,
    });
    if (isChange || shown !== before) this.#markLevel();
    if (isChange)
      recorder.emit(present({ kind: 'health_check.changed', from, to: status, message: shown }), this.#meter);
  }

  #level(): HealthLevel {
    const { status, kind, critical, sinceAt, message } = this.#report;
    return present({ resource: this.#meter.id, status, kind, critical, sinceAt, message });
  }
}

interface HealthCheckInit {
  readonly name: string;
  readonly probe: HealthProbe;
  readonly options: HealthCheckOptions;
}

const maxMessageLength = 512;

const optionChecks = {
  kind: withDefault('readiness', oneOf(healthCheckKinds)),
  timeoutMs: withDefault(2_000, number({ min: 1 })),
  intervalMs: withDefault(10_000, number({ min: 10 })),
  critical: withDefault(true, boolean),
  graceMs: withDefault(0, number()),
};
