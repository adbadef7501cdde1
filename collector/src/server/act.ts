import { overrideLimits } from '@holdfast/shared';
import { type TEnum, type TOptional, type TString, Type } from 'typebox';
import type { Principal } from '../auth/policy.ts';

/**
 * Anything but control characters and those that turn the direction of writing: a terminal shows it one day.
 */
const printable = '^[^\\u0000-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069]*$';

/** Who acts, from where, and why: in the body of whatever changes something. */
export const act: {
  readonly by: TString;
  readonly via: TEnum<['web', 'tui', 'cli', 'api']>;
  readonly reason: TOptional<TString>;
} = {
  by: Type.String({ minLength: 1, maxLength: 128, pattern: printable }),
  via: Type.Enum(['web', 'tui', 'cli', 'api']),
  reason: Type.Optional(Type.String({ maxLength: overrideLimits.reasonLength, pattern: printable })),
};

/** Who acted: the name of the token, which is certain, else what was claimed. */
export function byOf({ token }: Principal, claimed: string): string {
  return token?.name ?? claimed;
}
