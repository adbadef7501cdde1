import { done, type Outcome, refused } from '../refusal.ts';

/** What must hold for an act: nobody acted on its target since a version, or an override is there at all. */
export type Condition = { readonly unchangedSince: number } | 'overridden';

/** A version of desired state as an entity tag. */
export function tagOf(version: number): string {
  return `"${version}"`;
}

/** The header `If-Match` (RFC 9110, 13.1.1) with one entity tag, or `*`. */
export function readIfMatch(header: string | undefined): Outcome<Condition | undefined> {
  const text = header?.trim();
  if (text === undefined) return done(undefined);
  if (text === '*') return done('overridden');
  // A proxy that compresses makes the tag of an answer a weak one; it names the same version.
  const version = /^(?:W\/)?"(\d{1,15})"$/.exec(text)?.[1];
  if (version !== undefined) return done({ unchangedSince: Number(version) });
  const right = 'one version in quotes such as "17", which the ETag of an answer tells, or *';
  const got = text === '' ? 'nothing' : text.slice(0, 100); // in its own quotes, which are what may be wrong
  return refused('bad_input', `the header If-Match must be ${right}, got ${got}`, { field: 'If-Match' });
}
