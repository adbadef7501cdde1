import { type Clock, nearest, type Random } from '@holdfast/shared';
import { isTurningAway } from '../health/health-book.ts';
import { name as checkedName } from '../options/checks.ts';
import type { BreakerDirectory } from '../control/breaker-directory.ts';
import type { Inner } from '../primitives/engine/layers.ts';
import type { Telemetry } from '../telemetry/meter.ts';
import { ActiveFault } from './active-fault.ts';
import { type FaultTarget, Injection } from './injection.ts';
import { isChosen } from './instance-share.ts';
import { type FaultKind, type FaultOptions, readFaultOptions } from './options.ts';

/** A fault that was asked for. */
export interface Fault {
  readonly name: string;
  readonly kind: FaultKind;
  /** When it ends by itself, epoch milliseconds. */
  readonly untilAt: number;
  readonly isOn: boolean;
  /** Why it is not on, in words. */
  readonly offBecause: string | undefined;
  /** Attempts that it was injected into. */
  readonly injectedCount: number;
  /** Ends it at once, for calls that it makes wait too. `cause`, in words, is told to people. */
  stop(cause?: string): void;
}

/** Faults that are injected on purpose, into the calls of pipelines. */
export interface Faults {
  /**
   * Starts a fault. Where faults are off (`enable`), or this instance is not of its share, what is returned
   * is off and says why. Throws `TypeError` or `RangeError` for bad options, and `Error` where a fault of
   * this name is on, where 100 are, or where there is no such breaker as `stopsWhenOpen` names.
   */
  start(name: string, options: FaultOptions): Fault;
  /** Those that are on. */
  list(): readonly Fault[];
  stopAll(cause?: string): void;
  /** Stops all, and lets none start until `enable`. */
  disable(cause?: string): void;
  /** Takes `disable` back. Has no say over `HOLDFAST_FAULTS=off` and the agent's option `faultInjection`. */
  enable(): void;
}

export interface FaultBookOptions {
  readonly service: string;
  readonly instance: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly telemetry: Telemetry;
  readonly breakers: BreakerDirectory;
  /** Why no fault may start, in words; for good. */
  readonly offBecause?: string | undefined;
}

/** The faults of one agent, and the pipelines that they may be injected into. */
export class FaultBook implements Faults {
  readonly #options: FaultBookOptions;
  readonly #active = new Map<string, ActiveFault>();
  readonly #injections: Injection[] = [];
  #disabledBecause: string | undefined;

  constructor(options: FaultBookOptions) {
    this.#options = options;
    options.breakers.onChange(({ name, state }) => {
      if (isTurningAway(state)) this.#stopFor(name);
    });
  }

  start(name: string, options: FaultOptions): Fault {
    const { clock, telemetry } = this.#options;
    const settings = readFaultOptions(options, '');
    if (this.#active.has(checkedName(name, 'name')))
      throw new Error(`fault \`${name}\` is on already; stop it first, or choose another name`);
    const offBecause = this.#reasonAgainst(name, settings);
    if (offBecause === undefined && this.#active.size >= maxActive)
      throw new Error(`${maxActive} faults are on already; stop some first`);
    const untilAt = clock.now() + settings.forMs;
    const fault = new ActiveFault({ name, settings, untilAt, offBecause }, clock, (cause) => {
      this.#active.delete(name);
      this.#spread();
      telemetry.emit({ kind: 'fault.stopped', fault: name, cause });
    });
    if (fault.isOn) {
      this.#active.set(name, fault);
      this.#spread();
      telemetry.emit({ kind: 'fault.started', fault: name, untilAt });
    }
    return fault;
  }

  list(): readonly Fault[] {
    return [...this.#active.values()];
  }

  stopAll(cause = 'all were stopped'): void {
    for (const fault of this.#active.values()) fault.stop(cause);
  }

  disable(cause = 'faults were disabled'): void {
    this.#disabledBecause = cause;
    this.stopAll(cause);
  }

  enable(): void {
    this.#disabledBecause = undefined;
  }

  /** The innermost layer of a pipeline: calls the function, and injects what is on for it. */
  innerFor(target: FaultTarget): Inner {
    const injection = new Injection(target, this.#options);
    this.#injections.push(injection);
    injection.choose(this.#active.values());
    return injection;
  }

  #reasonAgainst(name: string, { stopsWhenOpen, instancesRatio }: FaultOptions): string | undefined {
    const { breakers, instance, offBecause } = this.#options;
    if (stopsWhenOpen !== undefined) {
      const breaker = breakers.get(stopsWhenOpen);
      if (breaker === undefined) throw noBreaker(stopsWhenOpen, breakers.names);
      if (isTurningAway(breaker.state)) return openCause(stopsWhenOpen);
    }
    if (offBecause !== undefined || this.#disabledBecause !== undefined)
      return offBecause ?? this.#disabledBecause;
    const share = { name, instance, ratio: instancesRatio ?? 1 };
    return isChosen(share) ? undefined : 'this instance is not of its share';
  }

  #stopFor(breaker: string): void {
    for (const fault of this.#active.values()) {
      if (fault.settings.stopsWhenOpen === breaker) fault.stop(openCause(breaker));
    }
  }

  #spread(): void {
    for (const injection of this.#injections) injection.choose(this.#active.values());
  }
}

function openCause(breaker: string): string {
  return `circuit breaker ${breaker} opened`;
}

function noBreaker(wanted: string, names: readonly string[]): Error {
  const meant = nearest(wanted, names);
  const hint = meant === undefined ? 'make it first' : `did you mean \`${meant}\`?`;
  return new Error(`\`stopsWhenOpen\` must be the name of a circuit breaker, got "${wanted}"; ${hint}`);
}

const maxActive = 100;
