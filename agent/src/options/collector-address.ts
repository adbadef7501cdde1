import { isIPv4 } from 'node:net';
import { show } from '@holdfast/shared';
import type { Transport } from '../stream/transport.ts';
import type { Environment } from './agent-options.ts';
import { type Check, mustBe, optional } from './checks.ts';

export interface CollectorAddress {
  /** `ws:` or `wss:`, with its path. */
  readonly url: URL;
  readonly token?: string | undefined;
  readonly ca?: string | undefined;
}

/**
 * Where the collector is; `undefined` for none. Throws `TypeError` or `RangeError`, naming the option or
 * variable.
 */
export function readCollector(
  options: { readonly collector: unknown; readonly token: unknown; readonly ca: string | undefined },
  environment: Environment,
): CollectorAddress | Transport | undefined {
  const [value, place] = given('collector', options.collector, environment);
  const [givenToken, tokenPlace] = given('token', options.token, environment);
  const token = optional(readToken)(givenToken, tokenPlace);
  if (value === undefined || value === false || value === '') return undefined;
  if (options.collector === undefined && (value === 'false' || value === 'off')) return undefined;
  if (isTransport(value)) return value;
  const url = readUrl(value, place);
  if (token !== undefined && url.protocol === 'ws:' && !isLoopback(url.hostname))
    throw new RangeError(
      `\`${tokenPlace}\` may leave this machine only encrypted: ` +
        `\`${place}\` must begin with wss:// or https://, got ${show(value)}`,
    );
  return { url, token, ca: options.ca };
}

/** The option, else the variable; with the name of which it was. */
function given(
  option: 'collector' | 'token',
  value: unknown,
  environment: Environment,
): readonly [value: unknown, place: string] {
  const variable = `HOLDFAST_${option.toUpperCase()}`;
  return value === undefined ? [environment[variable] || undefined, variable] : [value, option];
}

/** The token itself never stands in a message. */
const readToken: Check<string> = (token, place) => {
  if (typeof token !== 'string') throw new TypeError(mustBe(place, 'a string', token));
  if (/^[\x21-\x7e]{1,4096}$/.test(token)) return token;
  throw new RangeError(`\`${place}\` must be visible ASCII without spaces, got ${token.length} characters`);
};

const agentPath = '/api/v1/agent';

function readUrl(value: unknown, place: string): URL {
  if (typeof value !== 'string') throw new TypeError(mustBe(place, 'a URL or false', value));
  const problem = mustBe(place, 'a URL that begins with ws://, wss://, http:// or https://', value);
  if (!URL.canParse(value)) throw new TypeError(problem);
  const url = new URL(value);
  if (!/^(ws|http)s?:$/.test(url.protocol)) {
    const meant = `ws://${value}`;
    const hint = value.includes('://') || !URL.canParse(meant) ? '' : `; did you mean ${meant}?`;
    throw new RangeError(problem + hint);
  }
  if (url.username !== '' || url.password !== '')
    throw new RangeError(`\`${place}\` must not hold a user or password; \`token\` is for that`);
  if (url.hash !== '') throw new RangeError(`\`${place}\` must have no fragment, got ${show(url.hash)}`);
  url.protocol = url.protocol.replace('http', 'ws');
  const path = url.pathname.replace(/\/+$/, '');
  url.pathname = path.endsWith(agentPath) ? path : `${path}${agentPath}`;
  return url;
}

function isLoopback(hostname: string): boolean {
  if (hostname === 'localhost' || hostname === '[::1]') return true;
  return isIPv4(hostname) && hostname.startsWith('127.');
}

function isTransport(value: unknown): value is Transport {
  return (
    typeof value === 'object' && value !== null && 'connect' in value && typeof value.connect === 'function'
  );
}
