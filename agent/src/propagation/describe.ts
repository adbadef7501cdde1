import { formatDuration } from '@holdfast/shared';
import type { Classification } from '../classification/classifier.ts';
import { degradeMs, type Plan } from './plan.ts';
import type { FailedCall, PropagationAction, PropagationRule } from './rules.ts';

/** What becomes of an error, and why, in a sentence or two. */
export function textOf(classification: Classification, plan: Plan): string {
  const { class: errorClass, severity, why } = classification;
  const { rule, actions, retry, fallback } = plan;
  const { builtIn, name, index = 0 } = rule;
  const numbered = `rule ${index + 1}`;
  const named = name === numbered ? '' : `, "${name}"`;
  const whose = builtIn ? `the built-in rule "${name}"` : `${numbered} of this service${named}`;
  const deeds = actions.map((action) => wordsOf(action, retry)).join(', ');
  const answered =
    fallback && !actions.includes('fallback') ? '; a fallback that the call has may still answer' : '';
  return `${errorClass}, severity ${severity}: ${why}. By ${whose}: ${deeds}${answered}.`;
}

/** Why a flag is degraded: "partial_outage of payments-api (ECONNREFUSED)". */
export function causeOf({ classification, dependency, pipeline }: FailedCall): string {
  const { class: errorClass, code } = classification;
  const whose = dependency ?? pipeline;
  const what = whose === undefined ? `${errorClass} error` : `${errorClass} error of ${whose}`;
  return code === undefined ? what : `${what} (${code})`;
}

/** What differs between two sets of rules, a line each. */
export function changesOf(before: readonly PropagationRule[], after: readonly PropagationRule[]): string[] {
  const changes: string[] = [];
  for (let at = 0; at < Math.max(before.length, after.length) && changes.length < maxChanges; at++) {
    const was = ruleWords(before[at]);
    const is = ruleWords(after[at]);
    if (was !== is) changes.push(`propagation[${at}]: ${was} → ${is}`);
  }
  return changes;
}

function wordsOf(action: PropagationAction, retry: Plan['retry']): string {
  if (typeof action === 'object') {
    const { degrade, forMs = degradeMs } = action;
    return `degrade the flag ${degrade} for ${formatDuration(forMs)}`;
  }
  return action === 'retry' && retry === 'if_idempotent' ? 'retry where it is idempotent' : deedWords[action];
}

const deedWords = {
  retry: 'retry',
  fallback: 'let the fallback answer',
  trip: 'open the breaker at once',
  propagate: 'hand the error to the caller',
  ignore: 'keep it from the breaker',
  report: 'report it',
} as const;

function ruleWords(rule: PropagationRule | undefined): string {
  if (rule === undefined) return 'none';
  const { name = '', match, actions } = rule;
  const facts = typeof match === 'function' ? 'a function' : JSON.stringify(match);
  const deeds = actions.map((action) => (typeof action === 'object' ? `degrade ${action.degrade}` : action));
  return `${name === '' ? '' : `${name}: `}${facts} ${deeds.join(' ')}`.slice(0, maxRuleLength);
}

/** What the wire takes. */
const maxChanges = 64;
const maxRuleLength = 256;
