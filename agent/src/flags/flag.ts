import type { Attribution, BreakerState, Clock, FlagLevel, FlagReason, FlagValue } from '@holdfast/shared';
import { present } from '../present.ts';
import { Deadline, deadlinesOf } from '../time/deadlines.ts';
import { ActiveBinding } from './flag-binding.ts';
import { checkSendable, type FlagDefinition, problemOfValue } from './flag-options.ts';
import type { FlagOrder } from './flags.ts';

/** What an evaluation answers with, and why. */
export interface FlagDecision {
  readonly value: FlagValue;
  readonly reason: FlagReason;
  readonly variant: 'default' | 'degraded' | 'override';
  readonly cause?: string;
  readonly attribution?: Attribution;
  /** When it ends by itself, epoch milliseconds. */
  readonly untilAt?: number;
}

export interface FlagOptions {
  readonly key: string;
  readonly definition: FlagDefinition;
  readonly clock: Clock;
  /** Called after the value or its reason has changed. */
  readonly changed: (flag: Flag, before: FlagDecision) => void;
}

/** One flag: its definition, what speaks for which value, and the decision, made when something changes. */
export class Flag {
  readonly key: string;
  readonly definition: FlagDefinition;
  readonly bindings: readonly ActiveBinding[];
  /** Marks the level as changed; set by the one who enters it. */
  markLevel: () => void = () => {};
  /** Decided ahead of time, so that an evaluation only reads it. */
  decision: FlagDecision;
  readonly #options: FlagOptions;
  #sinceAt: number;
  #override: FlagOrder | undefined;
  #lapse: Lapse | undefined;

  constructor(options: FlagOptions) {
    const { key, definition, clock } = options;
    this.key = key;
    this.definition = definition;
    this.#options = options;
    this.decision = { value: definition.defaultValue, reason: 'STATIC', variant: 'default' };
    this.#sinceAt = clock.now();
    this.bindings = (definition.bindings ?? []).map(
      ({ breaker, holdMs = 0 }) =>
        new ActiveBinding({ breaker, holdMs, clock, changed: () => this.#decideAgain() }),
    );
  }

  observe(breaker: string, state: BreakerState): void {
    for (const binding of this.bindings) {
      if (binding.breaker === breaker) binding.observe(state);
    }
  }

  /**
   * Sets or clears what an operator asks for. Returns a problem in words where the value does not fit, and
   * then works as if nothing had been asked.
   */
  override(order: FlagOrder | undefined): string | undefined {
    const wanted = typeof this.definition.defaultValue;
    const type = order === undefined ? wanted : typeof order.override.value;
    this.#override = type === wanted ? order : undefined;
    this.#decideAgain();
    return type === wanted ? undefined : `must be a ${wanted}, got a ${type}`;
  }

  /** A propagation rule asks for it; the first cause stands until `forMs` have passed without another. */
  degrade(cause: string, forMs: number): void {
    const { clock } = this.#options;
    this.#lapse?.list?.remove(this.#lapse);
    const hadCause = this.#lapse !== undefined;
    this.#lapse ??= new Lapse(cause, () => this.#restore());
    deadlinesOf(clock, forMs).add(this.#lapse, clock.monotonic());
    if (!hadCause) this.#decideAgain();
  }

  /** Throws where a value cannot be sent. */
  level(): FlagLevel {
    const { defaultValue, degradedValue } = this.definition;
    const { value, reason, cause } = this.decision;
    checkSendable(this.key, [value, defaultValue, degradedValue]);
    return present({
      flag: this.key,
      value,
      defaultValue,
      degradedValue,
      reason,
      sinceAt: this.#sinceAt,
      cause,
      bindings: this.bindings.map(({ breaker }) => `circuit_breaker/${breaker}`),
    });
  }

  #restore(): void {
    this.#lapse = undefined;
    this.#decideAgain();
  }

  #decideAgain(): void {
    const before = this.decision;
    const decision = this.#decide();
    const isChange = before.reason !== decision.reason || !isSame(before.value, decision.value);
    this.decision = decision;
    if (isChange || before.cause !== decision.cause) this.markLevel();
    if (!isChange) return;
    this.#sinceAt = this.#options.clock.now();
    this.#options.changed(this, before);
  }

  #decide(): FlagDecision {
    if (this.#override !== undefined) {
      const { override, untilAt } = this.#override;
      const { value, by, reason } = override;
      const cause = reason === '' ? undefined : reason;
      const attribution = { by, reason };
      return present({
        value,
        reason: 'OVERRIDE',
        variant: 'override',
        attribution,
        untilAt,
        cause,
      });
    }
    const { defaultValue, degradedValue } = this.definition;
    const cause = this.bindings.find((binding) => binding.cause !== undefined)?.cause ?? this.#lapse?.cause;
    if (cause !== undefined && degradedValue !== undefined)
      return { value: degradedValue, reason: 'DEGRADED', variant: 'degraded', cause };
    return { value: defaultValue, reason: 'STATIC', variant: 'default' };
  }
}

/** The time for which errors degrade a flag. */
class Lapse extends Deadline {
  readonly cause: string;
  readonly #over: () => void;

  constructor(cause: string, over: () => void) {
    super();
    this.cause = cause;
    this.#over = over;
  }

  override expire(): void {
    this.#over();
  }
}

function isSame(a: FlagValue, b: FlagValue): boolean {
  if (a === b || typeof a !== 'object' || problemOfValue(a) !== undefined) return a === b;
  return JSON.stringify(a) === JSON.stringify(b);
}
