import {
  type ActAnswer,
  type ActWords,
  breakerActWords,
  type FlagValue,
  type FlagView,
  flagActWords,
  type ReleaseRequest,
  type ResourceView,
} from '@holdfast/shared';
import type { BreakerAddress } from '../../client/address.ts';
import type { ApiClient } from '../../client/api-client.ts';
import { auditSentence } from '../../columns/audit.ts';

/** What a person asks for with a key; each is confirmed before it is sent. */
export interface Act {
  readonly words: ActWords;
  readonly ask: ActRequest;
}

export type ActRequest =
  | { readonly kind: 'hold_breaker'; readonly service: string; readonly name: string }
  /** `instance` is that of the hold, where it holds in one instance only. */
  | ({ readonly kind: 'release_breaker' } & BreakerAddress)
  | { readonly kind: 'set_flag'; readonly key: string; readonly value: FlagValue }
  | { readonly kind: 'clear_flag'; readonly key: string };

/** Holds a breaker open, or releases one that a person holds. */
export function breakerAct(resource: ResourceView): Act {
  const { service, name, breaker } = resource;
  const hold = breaker?.override;
  if (hold === undefined && breaker?.state !== 'forced_open') {
    const words = breakerActWords(resource, 'forced_open');
    return { words, ask: { kind: 'hold_breaker', service, name } };
  }
  const where = hold?.instance === undefined ? {} : { instance: hold.instance };
  const words = breakerActWords(resource, 'release', hold?.instance);
  return { words, ask: { kind: 'release_breaker', service, name, ...where } };
}

/** Turns a switch over; moves any other flag between its default and its degraded value. */
export function toggleAct(flag: FlagView): Act | undefined {
  const value = toggled(flag);
  if (value === undefined) return undefined;
  return { words: flagActWords(flag, value), ask: { kind: 'set_flag', key: flag.key, value } };
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
  return { words: flagActWords(flag), ask: { kind: 'clear_flag', key: flag.key } };
}

/** What the person chose and typed in the confirmation. */
export interface ActForm {
  readonly forMs: number;
  /** Empty for none. */
  readonly reason: string;
}

/** Carries out an act, and tells what was done. */
export async function performAct(
  { api, by }: { readonly api: ApiClient; readonly by: string },
  ask: ActRequest,
  { forMs, reason }: ActForm,
): Promise<string> {
  const signed = { by, via: 'tui', ...(reason.trim() === '' ? {} : { reason: reason.trim() }) } as const;
  const { audit } = await send(api, ask, { ...signed, forMs });
  return auditSentence(audit);
}

function send(
  api: ApiClient,
  ask: ActRequest,
  { forMs, ...signed }: ReleaseRequest & { readonly forMs: number },
): Promise<ActAnswer> {
  switch (ask.kind) {
    case 'hold_breaker':
      return api.setBreaker(ask, { ...signed, state: 'forced_open', forMs });
    case 'release_breaker':
      return api.releaseBreaker(ask, {
        ...signed,
        ...(ask.instance === undefined ? {} : { instance: ask.instance }),
      });
    case 'set_flag':
      return api.setFlag(ask.key, { ...signed, value: ask.value, forMs });
    case 'clear_flag':
      return api.clearFlag(ask.key, signed);
  }
}
