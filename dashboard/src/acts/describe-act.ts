import {
  type ActWords,
  breakerActWords,
  type FlagValue,
  type FlagView,
  flagActWords,
  type ResourceView,
} from '@holdfast/shared';
import type { Act } from './act.ts';

/** The words of a confirmation; `value` is what was typed for a flag, `undefined` while that is no value. */
export function describeBreakerAct(act: Extract<Act, { address: string }>, resource: ResourceView): ActWords {
  if (act.kind === 'set_breaker') return breakerActWords(resource, act.state);
  return breakerActWords(resource, 'release', act.instance);
}

export function describeFlagAct(
  act: Extract<Act, { key: string }>,
  flag: FlagView,
  value: FlagValue | undefined,
): ActWords {
  if (act.kind === 'clear_flag') return flagActWords(flag);
  const words = flagActWords(flag, value ?? act.value);
  return value === undefined ? { ...words, effect: 'Type a value.' } : words;
}
