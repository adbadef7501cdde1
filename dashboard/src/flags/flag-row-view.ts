import { type FlagReason, type FlagValue, type FlagView, formatValue, reasonWords } from '@holdfast/shared';
import { shortAddress } from '../components/short-address.ts';

/** A flag as its row shows it. */
export interface FlagRowView {
  readonly key: string;
  readonly isSwitch: boolean;
  readonly isOn: boolean;
  /** What a toggle would set, else the present value as a start for typing. */
  readonly next: FlagValue;
  readonly value: string;
  readonly reason: FlagReason;
  readonly reasonWords: string;
  readonly cause: string | undefined;
  readonly isMixed: boolean;
  readonly sinceAt: number;
  readonly bindings: readonly string[];
  readonly services: string;
  readonly override: { readonly by: string; readonly expiresAt: number } | undefined;
  /** What each instance has, where they differ. */
  readonly differing: readonly string[];
}

export function flagRowView(flag: FlagView): FlagRowView {
  const isSwitch = flag.type === 'boolean';
  return {
    key: flag.key,
    isSwitch,
    isOn: flag.value === true,
    next: isSwitch ? flag.value !== true : flag.value,
    value: formatValue(flag.value),
    reason: flag.reason,
    reasonWords: flagReasonWords[flag.reason],
    cause: causeOf(flag),
    isMixed: flag.mixed,
    sinceAt: flag.sinceAt,
    bindings: flag.bindings.map(shortAddress),
    services: flag.services.join(', '),
    override: flag.override,
    differing: flag.mixed ? flag.instances.map(instanceText) : [],
  };
}

const flagReasonWords: Readonly<Record<FlagReason, string>> = {
  OVERRIDE: 'set by hand',
  DEGRADED: 'degraded',
  STATIC: 'default',
  ERROR: 'error',
};

/** Why it has its value; who set it stands beside. */
function causeOf({ reason, override, cause }: FlagView): string | undefined {
  return reason === 'OVERRIDE' && override !== undefined ? reasonWords(override.reason) : cause;
}

function instanceText(one: FlagView['instances'][number]): string {
  return `${one.service}@${one.instance} ${formatValue(one.value)}`;
}
