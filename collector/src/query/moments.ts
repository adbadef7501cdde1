import { type Clock, show } from '@holdfast/shared';
import { type TOptional, type TString, Type } from 'typebox';
import { done, type Outcome, refused } from '../refusal.ts';

/** What an answer about the past takes: the moment that it is to be of. */
export const atQuery: { readonly at: TOptional<TString> } = {
  at: Type.Optional(
    Type.String({ maxLength: 64, description: 'a past moment: epoch milliseconds, or RFC 3339 text' }),
  ),
};

/** Epoch milliseconds of `at`; refused where it is no moment, or one that is yet to come. */
export function momentOf(text: string, clock: Clock): Outcome<number> {
  const at = /^\d{1,16}$/.test(text) ? Number(text) : rfc3339(text);
  if (at === undefined || at > maxInstant) {
    return wrong(`must be epoch milliseconds or a time such as 2026-01-31T14:30:00Z, got ${show(text)}`);
  }
  const now = Math.floor(clock.now());
  return at > now ? wrong(`must not be in the future: it is ${iso(now)}, got ${iso(at)}`) : done(at);
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
  if (beginsAt === undefined) return wrong('cannot be answered yet: nothing has been logged');
  if (at >= beginsAt) return done(at);
  return wrong(`must not be before ${iso(beginsAt)}, when what is kept of the log begins, got ${iso(at)}`);
}

const maxInstant = 8.64e15;

function rfc3339(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/i.test(text))
    return undefined;
  const at = Date.parse(text.toUpperCase());
  return Number.isNaN(at) ? undefined : at;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

function wrong(what: string): Outcome<never> {
  return refused('bad_input', `\`at\` ${what}`, { field: 'at' });
}
