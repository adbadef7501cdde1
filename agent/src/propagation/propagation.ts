import type { Classification } from '../classification/classifier.ts';
import { builtInRules, unknownRule } from './built-in.ts';
import { causeOf, changesOf, textOf } from './describe.ts';
import { degradeMs, type Plan, type PlanRule, planOf, plansOf } from './plan.ts';
import {
  type FailedCall,
  matchesFailure,
  type PropagationAction,
  type PropagationRule,
  readPropagationRules,
} from './rules.ts';

/** The rules of what becomes of an error, which may be replaced while calls are under way. */
export interface PropagationRules {
  /** The host's own rules, in their order. The built-in ones stand behind them. */
  readonly rules: readonly PropagationRule[];
  /**
   * Puts other rules of the host in force, from the next failure on. Throws a `TypeError` or `RangeError`
   * that names the rule and the field, and then changes nothing.
   */
  replace(rules: readonly PropagationRule[]): void;
}

/** What happens to an error, and why. */
export interface Explanation {
  readonly classification: Classification;
  readonly rule: PlanRule;
  readonly actions: readonly PropagationAction[];
  /** Why the error has its class. */
  readonly why: string;
  /** All of it in a sentence or two. */
  readonly text: string;
}

export interface PropagationOptions {
  readonly rules?: readonly PropagationRule[];
  /** Degrades a flag; `cause` is for people. */
  readonly degrade: (flag: string, cause: string, forMs: number) => void;
  /** Told after other rules were put in force: what differs, a line each. */
  readonly replaced: (changes: readonly string[]) => void;
  readonly internalError: (error: unknown) => void;
}

/** Decides what is done about failures: rules of the host, then the built-in ones; the first that matches. */
export class Propagation implements PropagationRules {
  readonly #options: PropagationOptions;
  #own: readonly (readonly [rule: PropagationRule, plan: Plan])[];

  /** Throws for wrong rules, as `replace` does. */
  constructor(options: PropagationOptions) {
    this.#options = options;
    this.#own = withPlans(options.rules ?? [], 'propagation');
  }

  get rules(): readonly PropagationRule[] {
    return this.#own.map(([rule]) => rule);
  }

  /** Whether there are any but the built-in ones. */
  get hasOwnRules(): boolean {
    return this.#own.length > 0;
  }

  replace(rules: readonly PropagationRule[]): void {
    const before = this.rules;
    this.#own = withPlans(rules, 'rules');
    this.#options.replaced(changesOf(before, this.rules));
  }

  /** What is to be done about this failure. Asked once for each: it degrades what the rule names. */
  planFor(failed: FailedCall): Plan {
    const plan = this.decide(failed);
    for (const { degrade, forMs = degradeMs } of plan.degrades)
      this.#options.degrade(degrade, causeOf(failed), forMs);
    return plan;
  }

  /** The same without doing anything. Never throws. */
  decide(failed: FailedCall): Plan {
    for (const [rule, plan] of this.#own) if (this.#speaks(rule, failed)) return plan;
    const { classification } = failed;
    const builtIn = builtIns.find(({ rule }) => rule.matches(classification)) ?? lastBuiltIn;
    return builtIn.plans[classification.retry];
  }

  explain(failed: FailedCall): Explanation {
    const { classification } = failed;
    const plan = this.decide(failed);
    const { rule, actions } = plan;
    return { classification, rule, actions, why: classification.why, text: textOf(classification, plan) };
  }

  #speaks(rule: PropagationRule, failed: FailedCall): boolean {
    try {
      return matchesFailure(rule, failed);
    } catch (fault) {
      this.#options.internalError(fault);
      return false;
    }
  }
}

function withPlans(
  rules: readonly PropagationRule[],
  place: string,
): readonly (readonly [PropagationRule, Plan])[] {
  return readPropagationRules(rules, place).map((rule, index) => [rule, planOf(rule, index)] as const);
}

const lastBuiltIn = { rule: unknownRule, plans: plansOf(unknownRule) };
const builtIns = [...builtInRules.map((rule) => ({ rule, plans: plansOf(rule) })), lastBuiltIn];
