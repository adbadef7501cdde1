import { isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { usageFailure } from '../failure.ts';

export const defaultUrl = 'http://127.0.0.1:4900';

/** The collector's address from the command line or the environment, without a slash at its end. */
export function readCollectorUrl(text: string, origin: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw usageFailure(`${origin} must be an http or https address such as ${defaultUrl}, got '${text}'`);
  }
  if (url.username !== '' || url.password !== '') {
    throw usageFailure(`${origin} must hold no password; give a token with --token-file or HOLDFAST_TOKEN`);
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

/** Where the live view is, over WebSocket. */
export function liveUrl(url: string): string {
  return `${url.replace(/^http/, 'ws')}/api/v1/live`;
}

/**
 * A token leaves this machine only encrypted, as with agents.
 *
 * @throws {Failure} 2
 */
export function checkSecrecy({
  url,
  token,
}: {
  readonly url: string;
  readonly token?: string | undefined;
}): void {
  const { protocol, hostname } = new URL(url);
  if (token === undefined || protocol === 'https:' || isThisMachine(hostname)) return;
  throw usageFailure(
    `the token may leave this machine only encrypted: the address must begin with https://, got ${url}`,
  );
}

/** Loopback, "every address", or one of its own: what is sent there travels on no wire. */
function isThisMachine(hostname: string): boolean {
  if (['localhost', '[::1]', '[::]', '0.0.0.0'].includes(hostname)) return true;
  if (isIPv4(hostname) && hostname.startsWith('127.')) return true;
  const own = Object.values(networkInterfaces()).flatMap((addresses = []) => addresses);
  return own.some(({ address }) => address === hostname.replace(/^\[(.*)\]$/, '$1'));
}
