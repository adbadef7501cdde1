import { fitsPattern } from '../text/pattern.ts';
import type { Comparison, Filter, FilterTerm, NumberField, WordField } from './parse-filter.ts';

/** What a filter sees of a thing. */
export interface FilterSubject {
  readonly words: Readonly<Partial<Record<WordField, readonly (string | undefined)[]>>>;
  readonly numbers?: Readonly<Partial<Record<NumberField, number | undefined>>>;
  /** Where free text is looked for, beside the words. */
  readonly text?: readonly (string | undefined)[];
}

/** Whether all terms of a filter hold. A number that is not known fails every comparison. */
export function matchesFilter(filter: Filter, subject: FilterSubject): boolean {
  return filter.every((term) => holds(term, subject) !== term.negated);
}

function holds(term: FilterTerm, subject: FilterSubject): boolean {
  switch (term.is) {
    case 'text':
      return textOf(subject).some((text) => text?.toLowerCase().includes(term.text));
    case 'word': {
      const words = subject.words[term.field] ?? [];
      return term.oneOf.some((pattern) =>
        words.some((word) => word !== undefined && fitsPattern(pattern, word.toLowerCase())),
      );
    }
    case 'number': {
      const value = subject.numbers?.[term.field];
      return value !== undefined && comparisons[term.comparison](value, term.value);
    }
  }
}

function textOf({ words, text = [] }: FilterSubject): (string | undefined)[] {
  return [...Object.values(words).flat(), ...text];
}

const comparisons: Readonly<Record<Comparison, (value: number, limit: number) => boolean>> = {
  '>': (value, limit) => value > limit,
  '>=': (value, limit) => value >= limit,
  '<': (value, limit) => value < limit,
  '<=': (value, limit) => value <= limit,
  '=': (value, limit) => value === limit,
};
