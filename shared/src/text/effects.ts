import type { FlagView, ResourceView } from '../state/views.ts';
import type { FlagValue } from '../vocabulary/resources.ts';
import type { BreakerOverride } from '../wire/messages.ts';
import { formatRate, formatValue, plural } from './format.ts';

/** What an act on a breaker will do, told before it is done. `release` ends what a person holds. */
export function breakerOverrideEffect(
  resource: ResourceView,
  act: BreakerOverride['state'] | 'release',
): string {
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
    case 'release':
      return `Ends the hold: it closes with an empty window and decides by itself again, for ${reach}.`;
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
