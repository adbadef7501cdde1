import type { Classification } from '../classification/classifier.ts';
import { present } from '../present.ts';
import type { BuiltInRule } from './built-in.ts';
import type { DegradeAction, PropagationAction, PropagationRule } from './rules.ts';

/** Which rule decided. */
export interface PlanRule {
  readonly name: string;
  readonly builtIn: boolean;
  /** Its place among the rules of the host, from 0. */
  readonly index?: number;
}

/** What is to be done about a failure. Made once for each rule, so that a failure only looks it up. */
export interface Plan {
  readonly rule: PlanRule;
  readonly actions: readonly PropagationAction[];
  /** In the classifier's words: a rule of the host that says `retry` means `safe`. */
  readonly retry: Classification['retry'];
  /** Whether a fallback may answer. */
  readonly fallback: boolean;
  /** Whether the breaker opens at once. */
  readonly trip: boolean;
  /** Whether the breaker counts it as neither success nor failure. */
  readonly ignore: boolean;
  /** Sampled also where its class is not; not sampled; or `undefined`, as its class is. */
  readonly report: boolean | undefined;
  readonly degrades: readonly DegradeAction[];
}

/** The plan of a rule of the host. */
export function planOf({ name, actions }: PropagationRule, index: number): Plan {
  const rule = { name: name ?? `rule ${index + 1}`, builtIn: false, index };
  return plan(rule, actions, actions.includes('retry') ? 'safe' : 'never');
}

/**
 * The plans of a built-in rule, by what the classifier says of retrying: where it allows that for a class
 * that else is never retried, a classification rule of the host has said so. What nobody foresaw, and is
 * therefore reported, a fallback may answer all the same: who names one wants an answer.
 */
export function plansOf({ name, actions }: BuiltInRule): Readonly<Record<Classification['retry'], Plan>> {
  const rule = { name, builtIn: true };
  const isUnforeseen = actions.includes('report');
  const others = actions.filter((action) => action !== 'retry');
  const planFor = (retry: Classification['retry']): Plan => {
    const found = plan(rule, retry === 'never' ? others : ['retry', ...others], retry);
    return isUnforeseen ? { ...found, fallback: true } : found;
  };
  return { safe: planFor('safe'), if_idempotent: planFor('if_idempotent'), never: planFor('never') };
}

function plan(rule: PlanRule, actions: readonly PropagationAction[], retry: Classification['retry']): Plan {
  const ignore = actions.includes('ignore');
  return {
    rule: present(rule),
    actions,
    retry,
    fallback: actions.includes('fallback'),
    trip: actions.includes('trip'),
    ignore,
    report: actions.includes('report') ? true : ignore ? false : undefined,
    degrades: actions.filter((action) => typeof action === 'object'),
  };
}

/** How long a flag stays degraded after the last error, unless a rule says otherwise. */
export const degradeMs = 60_000;
