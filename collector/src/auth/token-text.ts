import { type TokenScope, tokenScopes } from '@holdfast/shared';
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** The token of a person, a service or a script, as it is handed over, with what is kept of it. */
export interface NewToken {
  readonly id: string;
  readonly text: string;
  readonly hash: Uint8Array;
}

/**
 * `hf_<scope>_<id>_<secret>_<crc>`: 8 random bytes to find it by, 32 to prove it, and the CRC-32 of all that
 * stands before, by which a scanner of source code tells a token from anything else. All in hexadecimal.
 */
export function makeToken(scope: TokenScope): NewToken {
  const id = randomBytes(8).toString('hex');
  const start = `hf_${scope}_${id}_${randomBytes(32).toString('hex')}`;
  const text = `${start}_${checksum(start)}`;
  return { id, text, hash: hashOf(text) };
}

/** The id in a token's text; `undefined` where it is no token of ours, or was mistyped. */
export function idIn(text: string): string | undefined {
  const [, start = '', id, crc] = form.exec(text) ?? [];
  return id !== undefined && crc === checksum(start) ? id : undefined;
}

/** A fast hash is enough, and no lever against us: there is nothing to guess in 32 random bytes. */
export function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Whether a token is that of which the hash was kept, in a time that tells nothing. */
export function isTokenOf(text: string, hash: Uint8Array): boolean {
  const given = hashOf(text);
  return given.length === hash.length && timingSafeEqual(given, hash);
}

const form = new RegExp(`^(hf_(?:${tokenScopes.join('|')})_([0-9a-f]{16})_[0-9a-f]{64})_([0-9a-f]{8})$`);

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}
