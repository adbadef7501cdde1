import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';

/** Where a request comes from, and how. */
export interface Caller {
  /** Whether nobody could read it on the way, as far as the browser or the program that sent it knows. */
  readonly isEncrypted: boolean;
  /** For people: an address. */
  readonly address: string;
}

/** What a proxy says of a request is believed only where one stands before us: anybody can say it. */
export function callerOf(request: IncomingMessage, isBehindProxy: boolean): Caller {
  const { headers, socket } = request;
  const address = socket.remoteAddress ?? 'an address that is gone';
  if (!isBehindProxy) return { isEncrypted: socket instanceof TLSSocket, address };
  return {
    isEncrypted: lastOf(headers['x-forwarded-proto'])?.toLowerCase() === 'https',
    address: lastOf(headers['x-forwarded-for'])?.slice(0, 100) ?? address,
  };
}

/** Of a list in a header, what the nearest proxy wrote; those before it may be anybody's word. */
export function lastOf(header: string | readonly string[] | undefined): string | undefined {
  const last = [header].flat().join(',').split(',').at(-1)?.trim();
  return last === '' ? undefined : last;
}
