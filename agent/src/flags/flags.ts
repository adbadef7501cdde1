import {
  type Clock,
  type FlagObject,
  type FlagOverride,
  type FlagReason,
  type FlagValue,
  wireLimits,
} from '@holdfast/shared';
import type { BreakerDirectory } from '../control/breaker-directory.ts';
import { present } from '../present.ts';
import { Listeners } from '../primitives/listeners.ts';
import type { Recorder } from '../telemetry/recorder.ts';
import { Flag, type FlagDecision } from './flag.ts';
import { checkDefinition, checkSendable, type FlagDefinition, problemOfValue } from './flag-options.ts';

/** What an evaluation answered and why, in OpenFeature's words. */
export interface FlagDetails<T extends FlagValue> {
  readonly flagKey: string;
  readonly value: T;
  /** `default`, `degraded` or `override`; absent where the caller's own default was answered. */
  readonly variant?: string;
  readonly reason: FlagReason;
  readonly errorCode?: 'FLAG_NOT_FOUND' | 'TYPE_MISMATCH';
  readonly errorMessage?: string;
}

export interface FlagChangeNotice {
  readonly flag: string;
  readonly from: FlagValue;
  readonly to: FlagValue;
  readonly reason: FlagReason;
  /** In words, for instance `circuit_breaker/payments is open`. */
  readonly cause?: string;
}

/** Reserved for rules over who asks; it changes nothing yet. */
export type EvaluationContext = Readonly<Record<string, unknown>>;

/**
 * Flags, evaluated in this process at memory speed, with the collector down too. An operator's override comes
 * first, then an active binding, then the default.
 */
export interface Flags {
  /**
   * Makes a flag known. The same definition again changes nothing; another one for the same key is an
   * `Error`. Throws `TypeError` or `RangeError` on a bad definition, naming the option.
   */
  define<T extends FlagValue>(key: string, definition: FlagDefinition<T>): void;
  getBooleanValue(key: string, fallback: boolean, context?: EvaluationContext): boolean;
  getStringValue(key: string, fallback: string, context?: EvaluationContext): string;
  getNumberValue(key: string, fallback: number, context?: EvaluationContext): number;
  getObjectValue<T extends FlagObject>(key: string, fallback: T, context?: EvaluationContext): T;
  getBooleanDetails(key: string, fallback: boolean, context?: EvaluationContext): FlagDetails<boolean>;
  getStringDetails(key: string, fallback: string, context?: EvaluationContext): FlagDetails<string>;
  getNumberDetails(key: string, fallback: number, context?: EvaluationContext): FlagDetails<number>;
  getObjectDetails<T extends FlagObject>(
    key: string,
    fallback: T,
    context?: EvaluationContext,
  ): FlagDetails<T>;
  /** Calls `listener` after each change of a flag's value or reason; the answer ends that. */
  on(event: 'change', listener: (change: FlagChangeNotice) => void): () => void;
}

export interface FlagBookOptions {
  readonly clock: Clock;
  readonly recorder: Recorder;
  readonly breakers: BreakerDirectory;
  readonly internalError: (error: unknown) => void;
}

/** The flags of one agent. */
export class FlagBook implements Flags {
  readonly #options: FlagBookOptions;
  readonly #flags = new Map<string, Flag>();
  readonly #listeners: Listeners<FlagEvents>;
  readonly #undegradable = new Set<string>();
  #overrides: ReadonlyMap<string, FlagOrder> = new Map();

  constructor(options: FlagBookOptions) {
    this.#options = options;
    this.#listeners = new Listeners(['change'], options.internalError);
    options.breakers.onChange(({ name, state }) => {
      for (const flag of this.#flags.values()) flag.observe(name, state);
    });
  }

  define<T extends FlagValue>(key: string, definition: FlagDefinition<T>): void {
    checkDefinition(key, definition);
    const known = this.#flags.get(key);
    if (known !== undefined) return refuseOther(known, definition);
    const { clock, breakers } = this.#options;
    const flag = new Flag({ key, definition, clock, changed: (one, before) => this.#changed(one, before) });
    this.#flags.set(key, flag);
    this.#enterLevel(flag);
    for (const { breaker } of flag.bindings) {
      const state = breakers.get(breaker)?.state;
      if (state !== undefined) flag.observe(breaker, state);
    }
    flag.override(this.#overrides.get(key));
    this.#options.recorder.onUrgent();
  }

  getBooleanValue(key: string, fallback: boolean): boolean {
    const value = this.#flags.get(key)?.decision.value;
    return typeof value === 'boolean' ? value : fallback;
  }

  getStringValue(key: string, fallback: string): string {
    const value = this.#flags.get(key)?.decision.value;
    return typeof value === 'string' ? value : fallback;
  }

  getNumberValue(key: string, fallback: number): number {
    const value = this.#flags.get(key)?.decision.value;
    return typeof value === 'number' ? value : fallback;
  }

  getObjectValue<T extends FlagObject>(key: string, fallback: T): T {
    return this.getObjectDetails(key, fallback).value;
  }

  getBooleanDetails(key: string, fallback: boolean): FlagDetails<boolean> {
    return this.#details(key, fallback);
  }

  getStringDetails(key: string, fallback: string): FlagDetails<string> {
    return this.#details(key, fallback);
  }

  getNumberDetails(key: string, fallback: number): FlagDetails<number> {
    return this.#details(key, fallback);
  }

  getObjectDetails<T extends FlagObject>(key: string, fallback: T): FlagDetails<T> {
    return this.#details(key, fallback);
  }

  on(event: 'change', listener: (change: FlagChangeNotice) => void): () => void {
    return this.#listeners.on(event, listener);
  }

  /**
   * Replaces what operators ask for. Returns what does not fit; keys that no flag here has are no problem.
   */
  setOverrides(orders: readonly FlagOrder[]): { readonly target: string; readonly problem: string }[] {
    const problems: { target: string; problem: string }[] = [];
    const fitting = new Map<string, FlagOrder>();
    for (const order of orders) {
      const { key, value } = order.override;
      const expected = problemOfValue(value);
      if (expected === undefined) fitting.set(key, order);
      else problems.push({ target: key, problem: `must be ${expected}` });
    }
    this.#overrides = fitting;
    for (const flag of this.#flags.values()) {
      const problem = flag.override(fitting.get(flag.key));
      if (problem !== undefined) problems.push({ target: flag.key, problem });
    }
    return problems;
  }

  /** Degrades a flag until this has not been asked for `forMs`. Where it cannot be, that is reported once. */
  degrade(key: string, cause: string, forMs: number): void {
    const flag = this.#flags.get(key);
    if (flag?.definition.degradedValue !== undefined) return flag.degrade(cause, forMs);
    if (this.#undegradable.has(key) || this.#undegradable.size >= maxUndegradable) return;
    this.#undegradable.add(key);
    const problem = flag === undefined ? 'is not defined' : 'has no `degradedValue`';
    this.#options.internalError(
      new Error(`a propagation rule degrades the flag \`${key}\`, which ${problem}`),
    );
  }

  /** `T` is the type of `fallback`: a value of another type is not answered. */
  #details<T extends FlagValue>(key: string, fallback: T): FlagDetails<T> {
    const decision = this.#flags.get(key)?.decision;
    if (decision === undefined)
      return failure(key, fallback, ['FLAG_NOT_FOUND', `no flag ${key} is defined here`]);
    if (!isLike(decision.value, fallback)) {
      const message = `${key} is a ${typeof decision.value}, asked for as a ${typeof fallback}`;
      return failure(key, fallback, ['TYPE_MISMATCH', message]);
    }
    return { flagKey: key, value: decision.value, variant: decision.variant, reason: decision.reason };
  }

  #enterLevel(flag: Flag): void {
    const { recorder } = this.#options;
    if (this.#flags.size > wireLimits.flagsPerAgent) recorder.drops.add('flag', 'limit');
    else flag.markLevel = recorder.levels.enter('flags', () => flag.level());
  }

  #changed(flag: Flag, before: FlagDecision): void {
    const { value: to, reason, cause, attribution, untilAt } = flag.decision;
    const change = present({ flag: flag.key, from: before.value, to, reason, cause });
    const { recorder } = this.#options;
    try {
      checkSendable(flag.key, [before.value, to]);
      recorder.emit(present({ kind: kindOf(before.reason, reason), ...change, attribution, untilAt }));
    } catch (error) {
      recorder.leaveOut('flag', error);
    }
    this.#listeners.fire('change', change);
  }
}

/** More mistakes than that nobody reads. */
const maxUndegradable = 100;

interface FlagEvents {
  readonly change: FlagChangeNotice;
}

/** What an operator asks for, with its end by this process's clock. */
export interface FlagOrder {
  readonly override: FlagOverride;
  readonly untilAt: number;
}

function refuseOther(known: Flag, definition: FlagDefinition): void {
  if (JSON.stringify(known.definition) === JSON.stringify(definition)) return;
  throw new Error(`flag \`${known.key}\` is defined already, with another definition`);
}

type Failure = readonly [code: 'FLAG_NOT_FOUND' | 'TYPE_MISMATCH', message: string];

function failure<T extends FlagValue>(
  flagKey: string,
  value: T,
  [errorCode, errorMessage]: Failure,
): FlagDetails<T> {
  return { flagKey, value, reason: 'ERROR', errorCode, errorMessage };
}

function isLike<T extends FlagValue>(value: FlagValue, like: T): value is T {
  return typeof value === typeof like;
}

function kindOf(before: FlagReason, after: FlagReason): 'flag.changed' | 'flag.degraded' | 'flag.restored' {
  if (after === 'DEGRADED') return 'flag.degraded';
  return before === 'DEGRADED' && after === 'STATIC' ? 'flag.restored' : 'flag.changed';
}
