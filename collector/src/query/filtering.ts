import {
  type FilteredList,
  type FilterSubject,
  matchesFilter,
  maxFilterLength,
  parseFilter,
} from '@holdfast/shared';
import { type TOptional, type TString, Type } from 'typebox';
import { done, type Outcome, refused } from '../refusal.ts';

/** What a list takes as its filter. */
export const filterQuery: { readonly filter: TOptional<TString> } = {
  filter: Type.Optional(Type.String({ maxLength: maxFilterLength })),
};

/** A list with what a filter sees of its items. */
export interface Filtered<T> {
  readonly list: FilteredList;
  readonly subjectOf: (item: T) => FilterSubject;
}

/** Whether an item is shown. Refused where the filter is wrong, with the character that is. */
export function filterFor<T>(
  text: string | undefined,
  { list, subjectOf }: Filtered<T>,
): Outcome<(item: T) => boolean> {
  if (text === undefined) return done(() => true);
  const parsed = parseFilter(text, list);
  if (parsed.ok) return done((item) => matchesFilter(parsed.filter, subjectOf(item)));
  const detail = `\`filter\` is wrong at character ${parsed.at + 1}: ${parsed.problem}`;
  return refused('bad_input', detail, { field: 'filter' });
}
