import type { DesiredState } from '@holdfast/shared';
import type { Outcome } from '../refusal.ts';
import { tagOf } from '../server/if-match.ts';
import type { RawRequest } from '../server/route.ts';

/** The version of desired state that an answer is of; nothing where a past moment was asked for. */
export function versionIn(
  asked: string | undefined,
  { version }: DesiredState,
): { readonly desiredVersion?: number } {
  return asked === undefined ? { desiredVersion: version } : {};
}

/** Sends the version of an answer as its `ETag` too. */
export function tagged<T extends { readonly desiredVersion?: number }>(
  setHeader: RawRequest['setHeader'],
  answer: Outcome<T>,
): Outcome<T> {
  const version = answer.ok ? answer.value.desiredVersion : undefined;
  if (version !== undefined) setHeader('etag', tagOf(version));
  return answer;
}
