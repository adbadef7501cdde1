import type { Fields } from './read.ts';

/** Another service said no. The agent classifies it by `status` and heeds `retryAfterMs`. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: number;
  /** The error's name as the other service gives it: `out_of_stock`. */
  readonly code: string;
  readonly retryAfterMs?: number;

  constructor(place: string, status: number, told: { code: string; message: string; retryAfterMs?: number }) {
    super(`${place} answered ${status} ${told.code}: ${told.message}`);
    this.status = status;
    this.code = told.code;
    if (told.retryAfterMs !== undefined) this.retryAfterMs = told.retryAfterMs;
  }
}

export interface JsonCall<T> {
  readonly method?: 'GET' | 'POST';
  readonly body?: unknown;
  /** Sent as `Idempotency-Key`: the other side does it once however often it is asked. */
  readonly idempotencyKey?: string;
  /** A pipeline's signal: it ends the request when the attempt's time is over. */
  readonly signal?: AbortSignal;
  /** Reads the answer; throws where it is not what it has to be. */
  readonly read: (body: unknown) => T;
}

/**
 * One request, one JSON answer.
 *
 * @throws {HttpError} for any status but 2xx, and what `fetch` throws where there is no answer at all.
 */
export async function callJson<T>(url: string, call: JsonCall<T>): Promise<T> {
  const { method = 'GET', body, idempotencyKey, signal, read } = call;
  const response = await fetch(url, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  });
  if (response.ok) return read(await response.json());
  const answer: unknown = await response.json().catch(() => undefined);
  throw new HttpError(`${method} ${operationOf(url)}`, response.status, toldBy(response, answer));
}

/** Without what differs from call to call: errors of a kind read the same, and are counted as one. */
function operationOf(url: string): string {
  return new URL(url).pathname.split('/', 2).join('/');
}

function toldBy(
  response: Response,
  answer: unknown,
): { code: string; message: string; retryAfterMs?: number } {
  const { error, message }: Fields = typeof answer === 'object' ? { ...answer } : {};
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return {
    code: typeof error === 'string' ? error : 'no_code',
    message: typeof message === 'string' ? message : response.statusText,
    ...(Number.isFinite(seconds) ? { retryAfterMs: seconds * 1_000 } : {}),
  };
}
