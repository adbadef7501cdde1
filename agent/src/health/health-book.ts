import type { BreakerState, HealthCheckKind, HealthStatus, TimerHandle } from '@holdfast/shared';
import type { BreakerDirectory } from '../control/breaker-directory.ts';
import { boolean, number, readOptions, withDefault } from '../options/checks.ts';
import { present } from '../present.ts';
import {
  HealthCheck,
  type HealthCheckOptions,
  type HealthCheckReport,
  type HealthCheckSetup,
} from './health-check.ts';
import type { HealthProbe } from './probe.ts';

export interface HealthReport {
  /**
   * `down` where a critical check is down, and while draining; `degraded` where another is, or where a
   * circuit breaker turns calls away; `unknown` where a check has nothing to say yet; else `up`.
   */
  readonly status: HealthStatus;
  /** Whether the service was told to end: it takes no new work. */
  readonly isDraining: boolean;
  readonly service: string;
  readonly instance: string;
  readonly version?: string;
  readonly checks: readonly HealthCheckReport[];
  readonly breakers: readonly { readonly name: string; readonly state: BreakerState }[];
}

export interface ReportOptions {
  /** Runs all checks first; else only those that never ran. Default false. */
  readonly fresh?: boolean;
  /** How long to wait for them together. What has not answered by then is told as it was. Default 5000. */
  readonly timeoutMs?: number;
}

export interface HealthBookOptions extends HealthCheckSetup {
  readonly service: string;
  readonly instance: string;
  readonly version: string | undefined;
  readonly breakers: BreakerDirectory;
}

/** The health checks of one agent. */
export class HealthBook {
  readonly #options: HealthBookOptions;
  readonly #checks = new Map<string, HealthCheck>();
  #isDraining = false;

  constructor(options: HealthBookOptions) {
    this.#options = options;
  }

  /** Makes a check and starts it. Throws on bad options and on a name that is taken. */
  add(name: string, probe: HealthProbe, options: HealthCheckOptions = {}): HealthCheck {
    if (this.#checks.has(name)) throw new Error(`health check \`${name}\` exists already`);
    const check = new HealthCheck(this.#options, { name, probe, options });
    this.#checks.set(name, check);
    return check;
  }

  /**
   * What is known now. Waits for no other checks than those that the probe `kind` asks for, where one does.
   * Rejects with `TypeError` or `RangeError` for bad options.
   */
  async report(options: ReportOptions = {}, kind?: HealthCheckKind): Promise<HealthReport> {
    const { fresh, timeoutMs } = readOptions(reportChecks, options);
    const { service, instance, version, breakers } = this.#options;
    const due = [...this.#checks.values()]
      .filter(({ report }) => fresh || report.checkedAt === undefined)
      .filter(({ report }) => kind === undefined || report.kind === kind || isReadyLater(report.kind, kind));
    if (due.length > 0) await this.#within(timeoutMs, Promise.all(due.map((check) => check.run())));
    const checks = [...this.#checks.values()].map(({ report }) => report);
    const states = breakers.names.map((name) => ({ name, state: breakers.get(name)?.state ?? 'closed' }));
    const isDraining = this.#isDraining;
    const hasOpenBreaker = states.some(({ state }) => isTurningAway(state));
    const status = isDraining ? 'down' : statusOf(checks, hasOpenBreaker);
    return present({ status, isDraining, service, instance, version, checks, breakers: states });
  }

  /** Whether a probe of an orchestrator may pass, by what is known. Circuit breakers have no say in it. */
  passes(kind: HealthCheckKind): boolean {
    const critical = [...this.#checks.values()].filter(({ report }) => report.critical);
    switch (kind) {
      case 'liveness': // a check that cannot tell yet is no reason to restart a process
        return critical.every(({ report }) => report.kind !== 'liveness' || report.status !== 'down');
      case 'startup':
        return critical.every((check) => check.report.kind !== 'startup' || check.hasBeenUp);
      case 'readiness':
        return !this.#isDraining && critical.every((check) => isReady(check));
    }
  }

  /** Not ready from now on, whatever the checks say. */
  drain(): void {
    if (this.#isDraining) return;
    this.#isDraining = true;
    this.#options.recorder.emit({ kind: 'agent.draining' });
  }

  stop(): void {
    for (const check of this.#checks.values()) check.stop();
  }

  async #within(timeoutMs: number, answers: Promise<unknown>): Promise<void> {
    let timer: TimerHandle | undefined;
    const deadline = new Promise<void>((resolve) => {
      timer = this.#options.clock.setTimeout(resolve, timeoutMs, { keepsAlive: true });
    });
    await Promise.race([answers, deadline]);
    timer?.cancel();
  }
}

const reportChecks = {
  fresh: withDefault(false, boolean),
  timeoutMs: withDefault(5_000, number({ min: 1 })),
};

/** What has not started is not ready. */
function isReadyLater(kind: HealthCheckKind, probe: HealthCheckKind): boolean {
  return kind === 'startup' && probe === 'readiness';
}

function isReady({ report, hasBeenUp }: HealthCheck): boolean {
  if (report.kind === 'startup') return hasBeenUp;
  return report.kind !== 'readiness' || report.status === 'up' || report.status === 'degraded';
}

/** Whether a breaker in this state turns calls away, some of them at least. */
export function isTurningAway(state: BreakerState): boolean {
  return state === 'open' || state === 'half_open' || state === 'forced_open';
}

function statusOf(checks: readonly HealthCheckReport[], isTurningAway: boolean): HealthStatus {
  if (checks.some(({ status, critical }) => status === 'down' && critical)) return 'down';
  if (isTurningAway || checks.some(({ status }) => status === 'down' || status === 'degraded'))
    return 'degraded';
  return checks.some(({ status }) => status === 'unknown') ? 'unknown' : 'up';
}
