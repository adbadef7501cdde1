import { type TokenScope, type TokenView, tokenScopes } from '@holdfast/shared';
import { bytesIn, type Database, numberIn, type Queue, type Row, textIn } from './database.ts';

/** A token as it is kept: the hash of its text, never the text. */
export interface StoredToken extends TokenView {
  readonly hash: Uint8Array;
}

/** When a token was used last, and how often it was refused. */
export type TokenUse = Pick<TokenView, 'id' | 'lastUsedAt' | 'refusedCount'>;

/** The tokens that were made, those that ended too. They are written with the fact that tells of it. */
export interface TokenStore {
  all(): Promise<readonly StoredToken[]>;
  noteUses(uses: readonly TokenUse[]): Promise<void>;
}

export function tokenStore(writer: Database, queue: Queue): TokenStore {
  return {
    all: () =>
      queue.run(async () => {
        const rows = await writer.all('SELECT * FROM tokens ORDER BY id');
        return rows.flatMap(tokenIn);
      }),
    noteUses: (uses) =>
      queue.run(async () => {
        for (const { id, lastUsedAt, refusedCount } of uses) {
          const values = [lastUsedAt ?? null, refusedCount, id];
          await writer.run('UPDATE tokens SET used_at = ?, refused = ? WHERE token = ?', values);
        }
      }),
  };
}

/** Part of the transaction in which the fact is appended. */
export async function writeToken(writer: Database, token: StoredToken): Promise<void> {
  const { id, name, scope, services, hash, createdAt, expiresAt, revokedAt } = token;
  await writer.run(
    'INSERT INTO tokens (token, name, scope, services, hash, created_at, expires_at, revoked_at, refused)' +
      ' VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)' +
      ' ON CONFLICT (token) DO UPDATE SET revoked_at = excluded.revoked_at',
    [id, name, scope, services ?? null, hash, createdAt, expiresAt, revokedAt ?? null],
  );
}

/** None where this version does not know the scope: a right that is not understood is no right. */
function tokenIn(row: Row): StoredToken[] {
  const scope = tokenScopes.find((one: TokenScope) => one === row['scope']);
  if (scope === undefined) return [];
  const { services, used_at: usedAt, revoked_at: revokedAt } = row;
  return [
    {
      id: textIn(row, 'token'),
      name: textIn(row, 'name'),
      scope,
      ...(typeof services === 'string' ? { services } : {}),
      hash: bytesIn(row, 'hash'),
      createdAt: numberIn(row, 'created_at'),
      expiresAt: numberIn(row, 'expires_at'),
      ...(typeof usedAt === 'number' ? { lastUsedAt: usedAt } : {}),
      ...(typeof revokedAt === 'number' ? { revokedAt } : {}),
      refusedCount: numberIn(row, 'refused'),
    },
  ];
}
