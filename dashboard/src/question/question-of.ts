import { type LiveQuestion, parseFilter, readLiveQuery } from '@holdfast/shared';
import type { Asked } from './asked.ts';

/** What of the page's address can be asked of the collector, and why the rest cannot. */
export interface Understood {
  readonly question: LiveQuestion;
  /** Why the past is not shown that the address asks for. */
  readonly pastProblem?: string;
}

/** A filter that cannot be read is not asked for: the page says what is wrong, and shows everything. */
export function questionOf({ q, at, speed }: Asked): Understood {
  const filter = q !== '' && parseFilter(q, 'live feed').ok ? { q } : {};
  if (at === '' && speed === '') return { question: filter };
  if (at === '') return { question: filter, pastProblem: '`speed` is that of a past, and `at` is missing' };
  const given: Readonly<Record<string, string>> = { at, speed: speed === '' ? '1' : speed };
  const past = readLiveQuery((name) => given[name]);
  if (!past.ok) return { question: filter, pastProblem: past.problem };
  return { question: { ...filter, ...past.value } };
}
