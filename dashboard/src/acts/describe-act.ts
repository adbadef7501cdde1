import {
  breakerOverrideEffect,
  type FlagValue,
  type FlagView,
  flagOverrideEffect,
  formatValue,
  type ResourceView,
} from '@holdfast/shared';
import type { Act } from './act.ts';

/** The words of a confirmation. */
export interface ActWords {
  readonly title: string;
  /** What it will do, in a sentence. */
  readonly effect: string;
  readonly confirm: string;
  readonly hasDuration: boolean;
  /** Whether it takes something away from users. */
  readonly isGrave: boolean;
}

export function describeBreakerAct(act: Extract<Act, { address: string }>, resource: ResourceView): ActWords {
  const name = `${resource.service}/${resource.name}`;
  if (act.kind === 'release_breaker') {
    const effect = breakerOverrideEffect(resource, 'release');
    const where = act.instance === undefined ? '' : ` on ${act.instance}`;
    return {
      title: `Release ${name}${where}?`,
      effect,
      confirm: 'Release',
      hasDuration: false,
      isGrave: false,
    };
  }
  const effect = breakerOverrideEffect(resource, act.state);
  switch (act.state) {
    case 'forced_open':
      return { title: `Hold ${name} open?`, effect, confirm: 'Hold open', hasDuration: true, isGrave: true };
    case 'disabled':
      return { title: `Bypass ${name}?`, effect, confirm: 'Bypass', hasDuration: true, isGrave: true };
    case 'closed':
      return {
        title: `Close ${name} now?`,
        effect,
        confirm: 'Close now',
        hasDuration: false,
        isGrave: false,
      };
  }
}

/** `value` is what the flag would be set to; `undefined` while what was typed is no value. */
export function describeFlagAct(
  act: Extract<Act, { key: string }>,
  flag: FlagView,
  value: FlagValue | undefined,
): ActWords {
  if (act.kind === 'clear_flag') {
    const effect = flagOverrideEffect(flag);
    return {
      title: `Clear the override of ${flag.key}?`,
      effect,
      confirm: 'Clear override',
      hasDuration: false,
      isGrave: false,
    };
  }
  const effect = value === undefined ? 'Type a value.' : flagOverrideEffect(flag, value);
  const isSwitch = typeof act.value === 'boolean';
  const title = isSwitch ? `Turn ${flag.key} ${formatValue(act.value)}?` : `Set ${flag.key}?`;
  const confirm = isSwitch ? `Turn ${formatValue(act.value)}` : 'Set value';
  return { title, effect, confirm, hasDuration: true, isGrave: act.value === false };
}
