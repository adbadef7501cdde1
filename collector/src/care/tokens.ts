import type { CreateTokenAnswer, CreateTokenRequest, RevokeTokenRequest, TokenView } from '@holdfast/shared';
import { problemOf, TokenBook } from '../auth/token-book.ts';
import { CollectorError } from '../errors.ts';
import type { Outcome, Refusal } from '../refusal.ts';
import { openSqliteStore } from '../store/sqlite-event-store.ts';
import { systemClock } from '../time/system-clock.ts';

/**
 * The tokens of a collector that does not run, in its data folder, which is made where it is missing. Each
 * throws a `CollectorError`; `folder_in_use` where the collector runs and has to be asked itself.
 */
export async function createTokenIn(
  dataDir: string,
  request: CreateTokenRequest,
): Promise<CreateTokenAnswer> {
  const problem = problemOf(request); // first, so that no folder is left behind
  if (problem !== undefined) return valueOf(problem);
  return withBook(dataDir, async (book) => valueOf(await book.create(request)));
}

export async function tokensIn(dataDir: string): Promise<readonly TokenView[]> {
  return withBook(dataDir, (book) => Promise.resolve(book.list()));
}

/** The token as it is after it was revoked. */
export async function revokeTokenIn(
  dataDir: string,
  id: string,
  act: RevokeTokenRequest,
): Promise<TokenView> {
  return withBook(dataDir, async (book) => valueOf(await book.revoke(id, act)));
}

async function withBook<T>(dataDir: string, work: (book: TokenBook) => Promise<T>): Promise<T> {
  const store = await openSqliteStore(dataDir);
  try {
    return await work(
      new TokenBook({
        tokens: await store.tokens.all(),
        clock: systemClock,
        record: (fact, token) =>
          store.append([{ at: systemClock.now(), fact, ...(token === undefined ? {} : { token }) }]),
      }),
    );
  } finally {
    await store.close();
  }
}

function valueOf<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw new CollectorError(codeOf(outcome.refusal), outcome.refusal.detail);
}

function codeOf({ kind }: Refusal): 'no_such_token' | 'token_conflict' | 'bad_option' {
  if (kind === 'unknown') return 'no_such_token';
  return kind === 'conflict' ? 'token_conflict' : 'bad_option';
}
