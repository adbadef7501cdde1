import type { FlagView, ResourceView } from '../state/views.ts';
import type { FlagValue } from '../vocabulary/resources.ts';
import type { BreakerOverride } from '../wire/messages.ts';
import { formatRate, formatValue, plural } from './format.ts';

/** The words of a confirmation: the same wherever it is asked for. */
export interface ActWords {
  readonly title: string;
  /** What it will do, told before it is done. */
  readonly effect: string;
  /** The verb that confirms it. */
  readonly confirm: string;
  /** Whether it ends by itself after a time that can be chosen. */
  readonly lasts: boolean;
  /** Whether it takes something away from users. */
  readonly isGrave: boolean;
}

/** What is asked of who acts, beside the act. */
export const reasonHint = 'What the next person on call should know';

/** What a confirmation says over data that is old. */
export const staleActWarning = 'The data shown here is old: look twice.';

/** The words of an act on a breaker; `instance` where it acts on that one alone. */
export function breakerActWords(resource: ResourceView, act: BreakerAct, instance?: string): ActWords {
  const { before, after, ...rest } = breakerActs[act];
  const where = instance === undefined ? '' : ` on ${instance}`;
  const title = `${before} ${resource.service}/${resource.name}${where}${after}?`;
  return { title, effect: breakerOverrideEffect(resource, act), ...rest };
}

export type BreakerAct = BreakerOverride['state'] | 'release';

const breakerActs = {
  forced_open: { before: 'Hold', after: ' open', confirm: 'Hold open', lasts: true, isGrave: true },
  disabled: { before: 'Bypass', after: '', confirm: 'Bypass', lasts: true, isGrave: true },
  closed: { before: 'Close', after: ' now', confirm: 'Close now', lasts: false, isGrave: false },
  release: { before: 'Release', after: '', confirm: 'Release', lasts: false, isGrave: false },
} as const;

/** The words of setting a flag; without a value, of ending its override. */
export function flagActWords(flag: FlagView, value?: FlagValue): ActWords {
  const effect = flagOverrideEffect(flag, value);
  if (value === undefined) {
    const title = `Clear the override of ${flag.key}?`;
    return { title, effect, confirm: 'Clear override', lasts: false, isGrave: false };
  }
  const rest = { effect, lasts: true, isGrave: value === false };
  if (typeof value !== 'boolean') return { title: `Set ${flag.key}?`, confirm: 'Set value', ...rest };
  return { title: `Turn ${flag.key} ${formatValue(value)}?`, confirm: `Turn ${formatValue(value)}`, ...rest };
}

/** What an act on a breaker will do, told before it is done. `release` ends what a person holds. */
export function breakerOverrideEffect(resource: ResourceView, act: BreakerAct): string {
  const rate = formatRate(resource.rates.callsPerSecond);
  const reach = `${rate} calls/s in ${plural(resource.instanceCount, 'instance')} of ${resource.service}`;
  const flags = resource.breaker?.flags ?? [];
  const degrades =
    flags.length === 0 ? '' : ` Degrades ${plural(flags.length, 'flag')}: ${flags.join(', ')}.`;
  switch (act) {
    case 'forced_open':
      return (
        `Rejects every call to ${dependencyOf(resource)}, now ${reach}; ` +
        `fallbacks answer where there are any.${degrades}`
      );
    case 'disabled':
      return `Lets every call to ${dependencyOf(resource)} through, whatever fails: ${reach}.`;
    case 'closed':
      return `Closes it once, with an empty window: ${reach} go through until it opens again by itself.`;
    case 'release': {
      const others = resource.breaker?.otherOverrides?.length ?? 0;
      if (others > 0) return `Ends this hold alone; beside it there is ${plural(others, 'other hold')}.`;
      return `Ends the hold: it closes with an empty window and decides by itself again, for ${reach}.`;
    }
  }
}

/** What setting a flag will do; without a value, what ending the override will do. */
export function flagOverrideEffect(flag: FlagView, value?: FlagValue): string {
  const count = flag.instances.filter((instance) => !instance.stale).length;
  const reach = `${plural(count, 'running instance')} of ${flag.services.join(', ')}`;
  if (value === undefined) {
    const usual = formatValue(flag.defaultValue);
    return `Ends the override in ${reach}: the flag follows its bindings, else its default ${usual}.`;
  }
  const bound = flag.bindings.length === 0 ? '' : ' While it holds, its bindings do not change it.';
  return `Sets ${flag.key} from ${formatValue(flag.value)} to ${formatValue(value)} in ${reach}.${bound}`;
}

function dependencyOf(resource: ResourceView): string {
  return resource.dependency ?? resource.name;
}
