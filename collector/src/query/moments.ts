import { type Clock, show } from '@holdfast/shared';
import { type TOptional, type TString, Type } from 'typebox';
import { done, type Outcome, refused } from '../refusal.ts';

/** What an answer about the past takes: the moment that it is to be of. */
export const atQuery: { readonly at: TOptional<TString> } = {
  at: Type.Optional(
    Type.String({ maxLength: 64, description: 'a past moment: epoch milliseconds, or RFC 3339 text' }),
  ),
};

/** What an answer about a span of time takes: its ends, both of them in it. */
export const periodQuery: {
  readonly since: TOptional<TString>;
  readonly until: TOptional<TString>;
} = {
  since: Type.Optional(
    Type.String({ maxLength: 64, description: 'from then on: epoch milliseconds, or RFC 3339 text' }),
  ),
  until: Type.Optional(
    Type.String({ maxLength: 64, description: 'up to then: epoch milliseconds, or RFC 3339 text' }),
  ),
};

interface PeriodText {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

/** Epoch milliseconds. */
export interface Period {
  readonly since?: number;
  readonly until?: number;
}

/** Epoch milliseconds of `at`; refused where it is no moment, or one that is yet to come. */
export function momentOf(text: string, clock: Clock): Outcome<number> {
  const at = instantOf(text, 'at');
  if (!at.ok) return at;
  const now = Math.floor(clock.now());
  if (at.value <= now) return at;
  return wrong('at', `must not be in the future: it is ${iso(now)}, got ${iso(at.value)}`);
}

/** The ends of a span; refused where one is no moment, or it ends before it begins. */
export function periodOf(query: PeriodText): Outcome<Period> {
  const since = query.since === undefined ? undefined : instantOf(query.since, 'since');
  if (since?.ok === false) return since;
  const until = query.until === undefined ? undefined : instantOf(query.until, 'until');
  if (until?.ok === false) return until;
  if (since !== undefined && until !== undefined && since.value > until.value)
    return wrong('since', `must not be after \`until\` (${iso(until.value)}), got ${iso(since.value)}`);
  return done({
    ...(since === undefined ? {} : { since: since.value }),
    ...(until === undefined ? {} : { until: until.value }),
  });
}

/** Which moment an answer is of, where one was asked for. */
export function momentIn(
  asked: string | undefined,
  { at }: { readonly at: number },
): { readonly at?: number } {
  return asked === undefined ? {} : { at };
}

/** Refuses a moment of which nothing can be told. */
export function checkBegin(at: number, beginsAt: number | undefined): Outcome<number> {
  if (beginsAt === undefined) return wrong('at', 'cannot be answered yet: nothing has been logged');
  if (at >= beginsAt) return done(at);
  const begin = `${iso(beginsAt)}, when what is kept of the log begins`;
  return wrong('at', `must not be before ${begin}, got ${iso(at)}`);
}

const maxInstant = 8.64e15;

function instantOf(text: string, field: Field): Outcome<number> {
  const at = /^\d{1,16}(\.\d{1,9})?$/.test(text) ? Number(text) : rfc3339(text);
  if (at !== undefined && at <= maxInstant) return done(at);
  const what = 'must be epoch milliseconds or a time such as 2026-01-31T14:30:00Z';
  return wrong(field, `${what}, got ${show(text)}`);
}

function rfc3339(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/i.test(text))
    return undefined;
  const at = Date.parse(text.toUpperCase());
  return Number.isNaN(at) ? undefined : at;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

type Field = 'at' | 'since' | 'until';

function wrong(field: Field, what: string): Outcome<never> {
  return refused('bad_input', `\`${field}\` ${what}`, { field });
}
