import type { Problem } from '@holdfast/shared';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { didYouMean, Failure, messageOf } from '../failure.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** One request to the API: the answer's JSON, or a `Failure` with the exit code that fits. */
export type Request = <T>(method: Method, path: string, body?: unknown) => Promise<T>;

export function createRequest(options: {
  readonly url: string;
  readonly token?: string;
  readonly timeoutMs: number;
}): Request {
  return async <T>(method: Method, path: string, body?: unknown) => {
    const answer = await ask(options, { method, path, body });
    const json = await readBody(answer, options.url);
    if (!answer.ok) throw failureOf(answer.status, json, options);
    return json as T; // the collector that answers is the one that these types describe
  };
}

async function ask(
  options: { readonly url: string; readonly token?: string; readonly timeoutMs: number },
  call: { readonly method: Method; readonly path: string; readonly body: unknown },
): Promise<Response> {
  try {
    return await fetch(`${options.url}/api/v1/${call.path}`, {
      method: call.method,
      headers: {
        accept: 'application/json',
        ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
        ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      redirect: 'error',
      signal: AbortSignal.timeout(options.timeoutMs),
    });
  } catch (error) {
    const isLate = error instanceof Error && error.name === 'TimeoutError';
    const reason = isLate ? `no answer within ${options.timeoutMs / 1_000} s` : connectionProblem(error);
    throw unreachable(options.url, reason);
  }
}

/** Nobody answers: says where, why, and how to get somebody to. */
export function unreachable(url: string, reason: string): Failure {
  const hint = 'start a collector with "holdfast up", or name another with --url or HOLDFAST_URL';
  return new Failure(exitCodes.unreachable, `cannot reach a collector at ${url} (${reason}); ${hint}`);
}

/** Why there is no connection, in a few words. */
export function connectionProblem(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return connectionReasons[code] ?? (messageOf(cause) || code);
}

const connectionReasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the name cannot be resolved now',
  EHOSTUNREACH: 'no route to the host',
  UND_ERR_SOCKET: 'the connection broke',
};

async function readBody(answer: Response, url: string): Promise<unknown> {
  try {
    return await answer.json();
  } catch {
    if (wantsToken(answer.status)) return undefined; // a proxy in front may ask in its own words
    throw foreign(url, answer.status);
  }
}

export function wantsToken(status: number): boolean {
  return status === 401 || status === 403;
}

/** Whoever answers is no collector. */
export function foreign(url: string, status: number): Failure {
  return unreachable(url, `something else answers there: HTTP ${status} without JSON`);
}

/** What an answer that is no success means. */
export function failureOf(
  status: number,
  json: unknown,
  { url, token }: { readonly url: string; readonly token?: string },
): Failure {
  const { detail, nearest } = problemOf(json, status);
  const { origin, pathname } = new URL(url);
  if (status === 404 && pathname !== '/' && detail.includes(` ${pathname}/api/`)) {
    const what = `the collector has nothing at the path of ${url}; give its address alone`;
    return new Failure(exitCodes.usage, `${what}, ${origin}`);
  }
  if (status === 401) {
    const hint = token === undefined ? 'give a token' : 'the token is not accepted; give another';
    return new Failure(
      exitCodes.notAuthorised,
      `${detail}: ${hint} with --token-file FILE or HOLDFAST_TOKEN`,
    );
  }
  return new Failure(exitCodeOf(status), `${detail}${didYouMean(nearest)}`);
}

function exitCodeOf(status: number): ExitCode {
  switch (status) {
    case 400:
    case 413:
    case 415:
    case 422:
      return exitCodes.usage;
    case 403:
      return exitCodes.notAuthorised;
    case 404:
      return exitCodes.notFound;
    case 409:
    case 412:
      return exitCodes.conflict;
    case 423:
      return exitCodes.refused;
    default:
      return exitCodes.failed;
  }
}

function problemOf(json: unknown, status: number): { detail: string; nearest: readonly string[] } {
  const problem: Partial<Record<keyof Problem, unknown>> =
    typeof json === 'object' && json !== null ? json : {};
  const nearest = Array.isArray(problem.nearest) ? problem.nearest.map(String) : [];
  const detail =
    typeof problem.detail === 'string' ? problem.detail : `the collector answered HTTP ${status}`;
  return { detail, nearest };
}
