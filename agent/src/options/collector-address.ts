import { isIPv4 } from 'node:net';
import { show } from '@holdfast/shared';
import type { Transport } from '../stream/transport.ts';
import type { AgentOptions, Environment } from './agent-options.ts';

export interface CollectorAddress {
  /** `ws:` or `wss:`, with its path. */
  readonly url: URL;
  readonly token: string | undefined;
}

/**
 * Where the collector is; `undefined` for none. Throws `TypeError` or `RangeError`, naming the option or
 * variable.
 */
export function readCollector(
  options: Pick<AgentOptions, 'collector' | 'token'>,
  environment: Environment,
): CollectorAddress | Transport | undefined {
  const fromOption = options.collector;
  const source = fromOption === undefined ? 'HOLDFAST_COLLECTOR' : 'collector';
  const value: unknown = fromOption ?? environment['HOLDFAST_COLLECTOR'];
  const tokenSource = options.token === undefined ? 'HOLDFAST_TOKEN' : 'token';
  const token = readToken(tokenSource, options.token ?? (environment['HOLDFAST_TOKEN'] || undefined));
  if (value === undefined || value === false || value === '') return undefined;
  if (source === 'HOLDFAST_COLLECTOR' && (value === 'false' || value === 'off')) return undefined;
  if (isTransport(value)) return value;
  if (typeof value !== 'string')
    throw new TypeError(`\`${source}\` must be a URL or false, got ${show(value)}`);
  const url = readUrl(source, value);
  if (token !== undefined && url.protocol === 'ws:' && !isLoopback(url.hostname))
    throw new RangeError(
      `\`${tokenSource}\` may leave this machine only encrypted: ` +
        `\`${source}\` must begin with wss:// or https://, got ${show(value)}`,
    );
  return { url, token };
}

const agentPath = '/api/v1/agent';

function readUrl(source: string, value: string): URL {
  const expected = 'a URL that begins with ws://, wss://, http:// or https://';
  if (!URL.canParse(value)) throw new TypeError(`\`${source}\` must be ${expected}, got ${show(value)}`);
  const url = new URL(value);
  const protocol = protocols.get(url.protocol);
  if (protocol === undefined) {
    const meant = `ws://${value}`;
    const hint = value.includes('://') || !URL.canParse(meant) ? '' : `; did you mean ${meant}?`;
    throw new RangeError(`\`${source}\` must be ${expected}, got ${show(value)}${hint}`);
  }
  if (url.username !== '' || url.password !== '')
    throw new RangeError(`\`${source}\` must not hold a user or password; \`token\` is for that`);
  if (url.hash !== '') throw new RangeError(`\`${source}\` must have no fragment, got ${show(url.hash)}`);
  url.protocol = protocol;
  const path = url.pathname.replace(/\/+$/, '');
  url.pathname = path.endsWith(agentPath) ? path : `${path}${agentPath}`;
  return url;
}

const protocols: ReadonlyMap<string, string> = new Map([
  ['ws:', 'ws:'],
  ['http:', 'ws:'],
  ['wss:', 'wss:'],
  ['https:', 'wss:'],
]);

/** The token itself never stands in a message. */
function readToken(source: string, token: unknown): string | undefined {
  if (token === undefined) return undefined;
  if (typeof token !== 'string') throw new TypeError(`\`${source}\` must be a string, got ${show(token)}`);
  if (!/^[\x21-\x7e]{1,4096}$/.test(token))
    throw new RangeError(
      `\`${source}\` must be visible ASCII without spaces, got ${token.length} characters`,
    );
  return token;
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
