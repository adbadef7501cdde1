import { tokenScopes } from '../api/tokens.ts';
import { connectionKinds } from '../state/fleet.ts';
import { auditActions } from '../state/log-entry.ts';
import { errorClasses } from '../vocabulary/calls.ts';
import { eventKinds } from '../vocabulary/events.ts';
import { breakerStates, flagReasons, healthStatuses, resourceKinds } from '../vocabulary/resources.ts';
import type { NumberField, WordField } from './parse-filter.ts';

/** What can be asked of a list: its word fields with the values that they can have, and its numbers. */
export interface FilteredFields {
  readonly words: Readonly<Partial<Record<WordField, 'any' | readonly string[]>>>;
  readonly numbers: readonly NumberField[];
}

export type FilteredList = (typeof filteredLists)[number];
export const filteredLists = [
  'services',
  'resources',
  'errors',
  'flags',
  'agents',
  'events',
  'audit',
  'topology',
  'tokens',
  'live feed',
] as const;

/** The fields of a list; those of the live feed are all that one of its lists has. */
export function fieldsOf(list: FilteredList): FilteredFields {
  return list === 'live feed' ? (ofFeed ??= allOf(lists())) : lists()[list];
}

type Lists = Readonly<Record<Exclude<FilteredList, 'live feed'>, FilteredFields>>;

// Made when they are first asked for, so that nothing of this is in a program that asks for no filter.
let made: Lists | undefined;
let ofFeed: FilteredFields | undefined;

const numbers = ['err', 'rps', 'p50', 'p95', 'p99'] as const;

function lists(): Lists {
  return (made ??= makeLists());
}

function makeLists(): Lists {
  const conditions = [...breakerStates, ...healthStatuses];
  // Breakers, checks and all the others, and what is made of them: services, and the ways between them.
  const ofResources = {
    state: conditions,
    svc: 'any',
    dep: 'any',
    class: errorClasses,
    kind: resourceKinds,
    flag: 'any',
    env: 'any',
  } as const;
  const all = { ...ofResources, name: 'any', instance: 'any' } as const;
  const reasons = flagReasons.map((reason) => reason.toLowerCase());
  const ofAct = { svc: 'any', name: 'any', flag: 'any', instance: 'any', by: 'any' } as const;
  const kinds = [...eventKinds, ...connectionKinds];
  return {
    services: { words: { ...ofResources, instance: 'any' }, numbers },
    resources: { words: all, numbers },
    topology: { words: all, numbers },
    errors: { words: { ...ofResources, name: 'any' }, numbers: [] },
    flags: { words: { ...ofAct, state: reasons, env: 'any' }, numbers: [] },
    agents: {
      words: { state: ['connected', 'awaited', 'lost'], svc: 'any', env: 'any', instance: 'any' },
      numbers: [],
    },
    events: { words: { ...ofAct, state: conditions, class: errorClasses, kind: kinds }, numbers: [] },
    audit: { words: { ...ofAct, kind: auditActions }, numbers: [] },
    tokens: {
      words: { state: ['live', 'expired', 'revoked'], svc: 'any', kind: tokenScopes, name: 'any' },
      numbers: [],
    },
  };
}

function allOf({ resources, errors, flags, agents, events, audit }: Lists): FilteredFields {
  const all: Partial<Record<WordField, 'any' | readonly string[]>> = {};
  const told = [resources, errors, flags, agents, events, audit];
  for (const [field, values] of told.flatMap(({ words }) => entriesOf(words))) {
    const known = all[field] ?? [];
    all[field] = known === 'any' || values === 'any' ? 'any' : [...new Set([...known, ...values])];
  }
  return { words: all, numbers };
}

function entriesOf(words: FilteredFields['words']): [WordField, 'any' | readonly string[]][] {
  // The keys are those of the type.
  return Object.entries(words) as [WordField, 'any' | readonly string[]][];
}
