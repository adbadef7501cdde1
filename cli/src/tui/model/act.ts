import {
  type ActAnswer,
  breakerOverrideEffect,
  type FlagValue,
  type FlagView,
  flagOverrideEffect,
  formatValue,
  type ResourceView,
} from '@holdfast/shared';
import type { ApiClient } from '../../client/api-client.ts';
import { auditSentence } from '../../columns/audit.ts';

/** What a person asks for with a key; each is confirmed before it is sent. */
export interface Act {
  readonly title: string;
  /** What it will do, in a sentence. */
  readonly effect: string;
  /** The verb of the key that confirms it. */
  readonly verb: string;
  /** Whether it ends by itself after a time that can be chosen. */
  readonly lasts: boolean;
  readonly ask: ActRequest;
}

export type ActRequest =
  | { readonly kind: 'hold_breaker' | 'release_breaker'; readonly service: string; readonly name: string }
  | { readonly kind: 'set_flag'; readonly key: string; readonly value: FlagValue }
  | { readonly kind: 'clear_flag'; readonly key: string };

/** Holds a breaker open, or releases one that a person holds. */
export function breakerAct(resource: ResourceView): Act {
  const { service, name, breaker } = resource;
  const isHeld = breaker?.override !== undefined || breaker?.state === 'forced_open';
  if (isHeld) {
    return {
      title: `Release ${service}/${name}?`,
      effect: breakerOverrideEffect(resource, 'release'),
      verb: 'release',
      lasts: false,
      ask: { kind: 'release_breaker', service, name },
    };
  }
  return {
    title: `Hold ${service}/${name} open?`,
    effect: breakerOverrideEffect(resource, 'forced_open'),
    verb: 'hold open',
    lasts: true,
    ask: { kind: 'hold_breaker', service, name },
  };
}

/** Turns a switch over; moves any other flag between its default and its degraded value. */
export function toggleAct(flag: FlagView): Act | undefined {
  const value = toggled(flag);
  if (value === undefined) return undefined;
  const words = typeof value === 'boolean' ? `Turn ${flag.key} ${formatValue(value)}?` : `Set ${flag.key}?`;
  return {
    title: words,
    effect: flagOverrideEffect(flag, value),
    verb: typeof value === 'boolean' ? `turn ${formatValue(value)}` : `set to ${formatValue(value)}`,
    lasts: true,
    ask: { kind: 'set_flag', key: flag.key, value },
  };
}

function toggled({ value, defaultValue, degradedValue }: FlagView): FlagValue | undefined {
  if (typeof value === 'boolean') return !value;
  if (degradedValue === undefined) return undefined;
  const isDegraded = JSON.stringify(value) === JSON.stringify(degradedValue);
  return isDegraded ? defaultValue : degradedValue;
}

/** Ends what a person has set; nothing where nobody has. */
export function clearAct(flag: FlagView): Act | undefined {
  if (flag.override === undefined) return undefined;
  return {
    title: `Clear the override of ${flag.key}?`,
    effect: flagOverrideEffect(flag),
    verb: 'clear',
    lasts: false,
    ask: { kind: 'clear_flag', key: flag.key },
  };
}

/** Carries out an act, and tells what was done. */
export async function performAct(
  { api, by }: { readonly api: ApiClient; readonly by: string },
  ask: ActRequest,
  forMs: number,
): Promise<string> {
  const { audit } = await send(api, ask, { by, forMs });
  return auditSentence(audit);
}

function send(
  api: ApiClient,
  ask: ActRequest,
  { by, forMs }: { readonly by: string; readonly forMs: number },
): Promise<ActAnswer> {
  const signed = { by, via: 'tui' } as const;
  switch (ask.kind) {
    case 'hold_breaker':
      return api.setBreaker(ask, { ...signed, state: 'forced_open', forMs });
    case 'release_breaker':
      return api.releaseBreaker(ask, signed);
    case 'set_flag':
      return api.setFlag(ask.key, { ...signed, value: ask.value, forMs });
    case 'clear_flag':
      return api.clearFlag(ask.key, signed);
  }
}
