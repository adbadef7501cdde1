import type { BreakerState, HealthCheckKind, HealthStatus } from '@holdfast/shared';
import type { BreakerDirectory } from '../control/breaker-directory.ts';
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
   * `down` where a critical check is down; `degraded` where another is, or where a circuit breaker turns
   * calls away; `unknown` where a check has nothing to say yet; else `up`.
   */
  readonly status: HealthStatus;
  readonly service: string;
  readonly instance: string;
  readonly version?: string;
  readonly checks: readonly HealthCheckReport[];
  readonly breakers: readonly { readonly name: string; readonly state: BreakerState }[];
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
   * What is known now. Checks that have not run yet, or all where `fresh` is set, are run and waited for
   * first.
   */
  async report({ fresh = false }: { readonly fresh?: boolean } = {}): Promise<HealthReport> {
    const { service, instance, version, breakers } = this.#options;
    const due = [...this.#checks.values()].filter(({ report }) => fresh || report.checkedAt === undefined);
    await Promise.all(due.map((check) => check.run()));
    const checks = [...this.#checks.values()].map(({ report }) => report);
    const states = breakers.names.map((name) => ({ name, state: breakers.get(name)?.state ?? 'closed' }));
    const status = statusOf(
      checks,
      states.some(({ state }) => isTurningAway(state)),
    );
    return present({ status, service, instance, version, checks, breakers: states });
  }

  /** Whether a probe of an orchestrator may pass. Circuit breakers have no say in it. */
  async passes(kind: HealthCheckKind): Promise<boolean> {
    await this.report();
    const critical = [...this.#checks.values()].filter(({ report }) => report.critical);
    switch (kind) {
      case 'liveness': // a check that cannot tell yet is no reason to restart a process
        return critical.every(({ report }) => report.kind !== 'liveness' || report.status !== 'down');
      case 'startup':
        return critical.every((check) => check.report.kind !== 'startup' || check.hasBeenUp);
      case 'readiness':
        return critical.every((check) => isReady(check));
    }
  }

  stop(): void {
    for (const check of this.#checks.values()) check.stop();
  }
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
