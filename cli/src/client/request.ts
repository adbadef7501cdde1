import type { Problem } from '@holdfast/shared';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { checkSecrecy } from './collector-url.ts';
import { didYouMean, Failure, inOptions, messageOf } from '../failure.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** One request to the API: the answer's JSON, or a `Failure` with the exit code that fits. */
export type Request = <T>(method: Method, path: string, sent?: Sent) => Promise<T>;

export interface Sent {
  readonly body?: unknown;
  /** The version of desired state that it is to be done by; refused where its target has changed since. */
  readonly ifVersion?: number | undefined;
}

/** The collector that is asked, and how. */
export interface Target {
  /** Without a slash at its end. */
  readonly url: string;
  readonly token?: string | undefined;
  /** The authorities, in PEM, that its certificate is to be from; else those that Node knows. */
  readonly ca?: string | undefined;
}

type Options = Target & { readonly timeoutMs: number };

export function createRequest(options: Options): Request {
  return async <T>(method: Method, path: string, sent: Sent = {}) => {
    const { status, text } = await ask(options, { ...sent, method, path });
    const json = jsonOf(status, text, options.url);
    if (status < 200 || status > 299) throw failureOf(status, json, options);
    return json as T; // the collector that answers is the one that these types describe
  };
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

interface Call extends Sent {
  readonly method: Method;
  readonly path: string;
}

async function ask(options: Options, call: Call): Promise<Answer> {
  checkSecrecy(options);
  try {
    return await exchange(options, call);
  } catch (error) {
    const isLate = error instanceof Error && error.name === 'AbortError';
    const reason = isLate
      ? `no answer within ${options.timeoutMs / 1_000} s`
      : connectionProblem(error, options.url);
    throw unreachable(options.url, reason);
  }
}

/** With Node's own client, because `fetch` takes no authorities of our own. It follows no redirect. */
function exchange(
  { url, token, ca, timeoutMs }: Options,
  { method, path, body, ifVersion }: Call,
): Promise<Answer> {
  const sent = body === undefined ? undefined : JSON.stringify(body);
  const request = url.startsWith('https:') ? requestHttps : requestHttp;
  const options = {
    method,
    headers: {
      accept: 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(ifVersion === undefined ? {} : { 'if-match': `"${ifVersion}"` }),
      ...(sent === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(sent) }),
    },
    signal: AbortSignal.timeout(timeoutMs),
    ...(ca === undefined ? {} : { ca }),
  };
  return new Promise((resolve, reject) => {
    const outgoing = request(`${url}/api/v1/${path}`, options, (answer) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > answerBytes) answer.destroy(new Error(`an answer of more than ${answerBytes} bytes`));
        else chunks.push(chunk);
      });
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
      );
      answer.on('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.end(sent);
  });
}

/** Far more than a page of any list takes. */
const answerBytes = 67_108_864;

/** Nobody answers: says where, why, and how to get somebody to. */
export function unreachable(url: string, reason: string): Failure {
  const hint = 'start a collector with "holdfast up", or name another with --url or HOLDFAST_URL';
  return new Failure(exitCodes.unreachable, `cannot reach a collector at ${url} (${reason}); ${hint}`);
}

/** Why there is no connection to an address, in a few words. */
export function connectionProblem(error: unknown, url: string): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const reason = connectionReasons[code] ?? (messageOf(cause) || code);
  // What speaks TLS hangs up on whoever does not.
  return code === 'ECONNRESET' && !url.startsWith('https:') ? `${reason}; does it want https://?` : reason;
}

const unknownAuthority =
  'its certificate is from no authority that is known here; give that with --ca FILE or HOLDFAST_CA';

const connectionReasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the name cannot be resolved now',
  EHOSTUNREACH: 'no route to the host',
  EPIPE: 'the connection broke',
  EPROTO: 'it speaks no TLS; try http://',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  DEPTH_ZERO_SELF_SIGNED_CERT: unknownAuthority,
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
};

function jsonOf(status: number, text: string, url: string): unknown {
  try {
    const json: unknown = JSON.parse(text);
    return json;
  } catch {
    if (wantsToken(status)) return undefined; // a proxy in front may ask in its own words
    throw foreign(url, status);
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
export function failureOf(status: number, json: unknown, { url, token }: Target): Failure {
  const { detail, nearest } = problemOf(json, status);
  const { origin, pathname } = new URL(url);
  if (status === 404 && pathname !== '/' && detail.includes(` ${pathname}/api/`)) {
    const what = `the collector has nothing at the path of ${url}; give its address alone`;
    return new Failure(exitCodes.usage, `${what}, ${origin}`);
  }
  if (status === 401) {
    const [what = detail] = detail.split(': send it as'); // which is told to whoever writes requests
    const hint = token === undefined ? 'give one' : 'give another';
    return new Failure(exitCodes.notAuthorised, `${what}; ${hint} with --token-file FILE or HOLDFAST_TOKEN`);
  }
  return new Failure(exitCodeOf(status), `${inOptions(detail)}${didYouMean(nearest)}`);
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
