import { fitsPattern } from '../text/pattern.ts';
import type { Comparison, Filter, FilterTerm, NumberField, WordField } from './parse-filter.ts';

/** What a filter sees of a thing. A function stands where it takes time to find, and may not be asked for. */
export interface FilterSubject {
  readonly words: Readonly<Partial<Record<WordField, Words>>>;
  readonly numbers?: Readonly<Partial<Record<NumberField, number | undefined | (() => number | undefined)>>>;
  /** Where free text is looked for, beside the words. */
  readonly text?: readonly (string | undefined)[];
}

export type Words = readonly (string | undefined)[] | (() => readonly (string | undefined)[]);

/** Whether all terms of a filter hold. A number that is not known fails every comparison. */
export function matchesFilter(filter: Filter, subject: FilterSubject): boolean {
  return filter.every((term) => holds(term, subject) !== term.negated);
}

/** What a subject holds in a field; nothing where it does not have it. */
export function wordsOf(subject: FilterSubject, field: WordField): readonly (string | undefined)[] {
  return listOf(subject.words[field] ?? []);
}

/** The number of a subject in a field, where it is known. */
export function numberOf(subject: FilterSubject, field: NumberField): number | undefined {
  const number = subject.numbers?.[field];
  return typeof number === 'function' ? number() : number;
}

function holds(term: FilterTerm, subject: FilterSubject): boolean {
  switch (term.is) {
    case 'text':
      return textOf(subject).some((text) => text?.toLowerCase().includes(term.text));
    case 'word': {
      const words = wordsOf(subject, term.field);
      return term.oneOf.some((pattern) =>
        words.some((word) => word !== undefined && fitsPattern(pattern, word.toLowerCase())),
      );
    }
    case 'number': {
      const value = numberOf(subject, term.field);
      return value !== undefined && comparisons[term.comparison](value, term.value);
    }
  }
}

function textOf({ words, text = [] }: FilterSubject): (string | undefined)[] {
  return [...Object.values(words).flatMap(listOf), ...text];
}

function listOf(words: Words): readonly (string | undefined)[] {
  return typeof words === 'function' ? words() : words;
}

const comparisons: Readonly<Record<Comparison, (value: number, limit: number) => boolean>> = {
  '>': (value, limit) => value > limit,
  '>=': (value, limit) => value >= limit,
  '<': (value, limit) => value < limit,
  '<=': (value, limit) => value <= limit,
  '=': (value, limit) => value === limit,
};
