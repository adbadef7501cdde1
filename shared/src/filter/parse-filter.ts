import { nearest } from '../text/nearest.ts';
import { fitsPattern } from '../text/pattern.ts';
import { type FilteredFields, type FilteredList, fieldsOf } from './filtered-lists.ts';

/** Fields that hold words; each term asks for one of several, and `*` stands for any characters. */
export const wordFields = [
  'state',
  'svc',
  'dep',
  'class',
  'kind',
  'name',
  'flag',
  'env',
  'instance',
  'by',
] as const;
export type WordField = (typeof wordFields)[number];

/** Fields that hold numbers: `err` in percent, `p50` `p95` `p99` in milliseconds, `rps` calls a second. */
export const numberFields = ['err', 'rps', 'p50', 'p95', 'p99'] as const;
export type NumberField = (typeof numberFields)[number];

export type Comparison = '>' | '>=' | '<' | '<=' | '=';

/** What a thing must be, or with `negated` must not be, to be shown. */
export type FilterTerm =
  | { readonly is: 'text'; readonly negated: boolean; readonly text: string }
  | {
      readonly is: 'word';
      readonly negated: boolean;
      readonly field: WordField;
      readonly oneOf: readonly string[];
    }
  | {
      readonly is: 'number';
      readonly negated: boolean;
      readonly field: NumberField;
      readonly comparison: Comparison;
      readonly value: number;
    };

/** Terms that must all hold. */
export type Filter = readonly FilterTerm[];

/** What is wrong with a filter, and at which character, counted from 0. */
export interface FilterProblem {
  readonly at: number;
  readonly problem: string;
}

export type ParsedFilter =
  | { readonly ok: true; readonly filter: Filter }
  | ({ readonly ok: false } & FilterProblem);

export const maxFilterLength = 512;

/**
 * Reads the filter language: `state:open svc:checkout dep:payments* class:transient,throttled err>20
 * p99>500ms -env:dev "free text"`. Terms are separated by spaces and must all hold; a comma stands between
 * alternatives; `-` before a term means that it must not hold. A field that the list does not have is a
 * problem, and so is a value that its field cannot have: either would let nothing through.
 */
export function parseFilter(text: string, list: FilteredList): ParsedFilter {
  if (text.length > maxFilterLength)
    return { ok: false, at: maxFilterLength, problem: `a filter has at most ${maxFilterLength} characters` };
  const filter: FilterTerm[] = [];
  for (const match of text.matchAll(/(?:"[^"]*"?|[^\s"])+/g)) {
    const term = readTerm(match[0], { at: match.index, list });
    if ('problem' in term) return { ok: false, ...term };
    filter.push(term);
  }
  return { ok: true, filter };
}

/** The problem under the text that has it, for a terminal. */
export function pointAt(text: string, { at, problem }: FilterProblem): string {
  return `${text}\n${' '.repeat(at)}^ ${problem}`;
}

interface Place {
  /** Of the term's first character. */
  readonly at: number;
  readonly list: FilteredList;
}

function readTerm(whole: string, { at, list }: Place): FilterTerm | FilterProblem {
  const quotes = whole.split('"').length - 1;
  if (quotes % 2 === 1) return { at: at + whole.lastIndexOf('"'), problem: 'this quote is never closed' };
  const negated = whole.startsWith('-') && whole.length > 1;
  const body = negated ? whole.slice(1) : whole;
  const start = negated ? at + 1 : at;
  const [, name, operator = '', value = ''] = /^([\w.]+)(:|>=|<=|>|<|=)(.*)$/s.exec(body) ?? [];
  if (name === undefined) return { is: 'text', negated, text: unquoted(body).toLowerCase() };
  const valueAt = start + name.length + operator.length;
  const { words, numbers } = fieldsOf(list);
  const wordField = wordFields.find((known) => known === name);
  const values = wordField === undefined ? undefined : words[wordField];
  if (wordField !== undefined && values !== undefined)
    return readWords({ field: wordField, operator, value, negated, values }, valueAt);
  const numberField = numbers.find((known) => known === name);
  if (numberField !== undefined) return readNumber({ field: numberField, operator, value, negated }, valueAt);
  return { at: start, problem: unknownField(name, list) };
}

interface Parts<F> {
  readonly field: F;
  readonly operator: string;
  readonly value: string;
  readonly negated: boolean;
}

interface WordParts extends Parts<WordField> {
  readonly values: 'any' | readonly string[];
}

function readWords(parts: WordParts, valueAt: number): FilterTerm | FilterProblem {
  const { field, operator, value, negated, values } = parts;
  if (operator !== ':' && operator !== '=')
    return { at: valueAt - operator.length, problem: `\`${field}\` is a word: write ${field}:VALUE` };
  const oneOf: string[] = [];
  let at = valueAt;
  for (const written of value.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/)) {
    const word = unquoted(written).toLowerCase();
    if (word === '') return { at, problem: `a value is missing after ${field}${operator}` };
    if (values !== 'any' && !values.some((known) => fitsPattern(word, known)))
      return { at, problem: impossible(field, word, values) };
    oneOf.push(word);
    at += written.length + 1;
  }
  return { is: 'word', negated, field, oneOf };
}

function readNumber(parts: Parts<NumberField>, valueAt: number): FilterTerm | FilterProblem {
  const { field, operator, value, negated } = parts;
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|%)?$/.exec(value) ?? [];
  if (digits === undefined || !unitsOf[field].includes(unit))
    return {
      at: valueAt,
      problem: `\`${field}\` needs ${needs(field)}, got ${value || 'nothing'}`,
    };
  // The expression lets nothing else through.
  const comparison = operator === ':' ? '=' : (operator as Comparison);
  return { is: 'number', negated, field, comparison, value: Number(digits) * (unit === 's' ? 1_000 : 1) };
}

const unitsOf: Readonly<Record<NumberField, readonly string[]>> = {
  err: ['', '%'],
  rps: [''],
  p50: ['', 'ms', 's'],
  p95: ['', 'ms', 's'],
  p99: ['', 'ms', 's'],
};

function needs(field: NumberField): string {
  if (field === 'err') return 'a percentage such as 20';
  return field === 'rps' ? 'a number such as 1.5' : 'milliseconds such as 500, or 500ms or 2s';
}

function unknownField(name: string, list: FilteredList): string {
  const { words, numbers } = fieldsOf(list);
  const known = namesOf({ words, numbers });
  const isElsewhere = [...wordFields, ...numberFields].some((one) => one === name);
  if (isElsewhere) return `\`${name}\` is no field of the ${list}; there are ${known.join(', ')}`;
  const meant = nearest(name, known);
  const hint = meant === undefined ? `one of ${known.join(', ')}` : `did you mean ${meant}?`;
  return `there is no field \`${name}\`: ${hint}`;
}

function namesOf({ words, numbers }: FilteredFields): readonly string[] {
  return [...wordFields.filter((field) => words[field] !== undefined), ...numbers];
}

function impossible(field: WordField, word: string, values: readonly string[]): string {
  const meant = nearest(word, values);
  const hint = meant === undefined ? `one of ${values.join(', ')}` : `did you mean ${meant}?`;
  return `\`${field}\` is never ${word}: ${hint}`;
}

function unquoted(text: string): string {
  return text.replaceAll('"', '');
}
