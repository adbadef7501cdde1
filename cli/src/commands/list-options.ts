import { type Filter, type FilteredList, formatMoment, formatZone, parseFilter } from '@holdfast/shared';
import type { ListQuery } from '../client/api-client.ts';
import type { Context } from '../context.ts';
import { usageFailure } from '../failure.ts';
import { readInstant } from './time-options.ts';

export const atOption = [
  '--at <time>',
  'as it was then: a span such as 10m ago, a time such as 14:02, or a date',
] as const;
export const filterOption = [
  '--filter <filter>',
  'only what it lets through, such as "state:open svc:checkout err>20"',
] as const;

/** `--at` and `--filter`, as a command got them. */
export interface ListOptions {
  readonly at?: string;
  readonly filter?: string;
}

/** What to ask the collector for, and the moment that its answer is of. */
export interface Asked {
  readonly query: ListQuery;
  /** Spans such as "for 4 m" are measured to it. */
  readonly now: number;
  /** Hands on the answer; of another moment than now it says so on stderr, once there is one. */
  readonly told: <T>(answer: Promise<T>) => Promise<T>;
}

/** Reads the options. `list` is the one that is filtered. */
export function readListOptions(
  { at, filter }: ListOptions,
  { host, say }: Context,
  list?: FilteredList,
): Asked {
  const now = host.clock.now();
  if (filter !== undefined && list !== undefined) readFilter(filter, list);
  const atMs = at === undefined ? undefined : readInstant('--at', at, now);
  const told = async <T>(answer: Promise<T>): Promise<T> => {
    const value = await answer;
    if (atMs !== undefined) say(`as of ${formatMoment(atMs)} ${formatZone(atMs)}`);
    return value;
  };
  const query = { ...(atMs === undefined ? {} : { at: atMs }), ...(filter === undefined ? {} : { filter }) };
  return { query, now: atMs ?? now, told };
}

/** The terms of `--filter`; a failure that names the character where it is wrong. */
export function readFilter(text: string, list: FilteredList): Filter {
  const parsed = parseFilter(text, list);
  if (parsed.ok) return parsed.filter;
  throw usageFailure(`--filter is wrong at character ${parsed.at + 1}: ${parsed.problem}`);
}

/** What is said in place of a list of nothing. */
export function emptyText({ at, filter }: ListOptions, usual: string): string {
  if (filter !== undefined) return 'the filter lets nothing through';
  return at === undefined ? usual : 'nothing at that time';
}
