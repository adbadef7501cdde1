import type { IncomingMessage } from 'node:http';
import { done, type Outcome, refused } from '../refusal.ts';
import { lastOf } from './caller.ts';

export interface GateOptions {
  /** The host that the collector listens on, and its port. */
  readonly host: string;
  readonly port: number;
  /**
   * Further hosts by which it may be called: `name` for its own port or none, `name:port` for exactly that.
   */
  readonly allowHosts: readonly string[];
  /** Whether it speaks TLS itself, so that no page of its own came without. */
  readonly isEncrypted: boolean;
  /** Whether a proxy stands before it, which may be called at the usual ports of the web. */
  readonly isBehindProxy: boolean;
}

/**
 * Looks at every request and upgrade before anything else does. Loopback is no authentication: a page of
 * another site, or a name that was rebound to 127.0.0.1, can call it from a browser, but not with our `Host`
 * and `Origin`.
 */
export class Gate {
  private readonly hosts: ReadonlySet<string>;
  private readonly origins: ReadonlySet<string>;
  private readonly isBehindProxy: boolean;

  constructor({ host, port, allowHosts, isEncrypted, isBehindProxy }: GateOptions) {
    const names = ['127.0.0.1', 'localhost', '[::1]', ...(isWildcard(host) ? [] : [bracketed(host)])];
    const hosts = [
      ...names.flatMap((name) => withPort(name.toLowerCase(), port)),
      ...allowHosts.flatMap((name) => withPort(name.toLowerCase(), port, isBehindProxy)),
    ];
    this.hosts = new Set(hosts);
    const schemes = isEncrypted ? ['https'] : ['http', 'https'];
    this.origins = new Set(hosts.flatMap((one) => schemes.map((scheme) => `${scheme}://${one}`)));
    this.isBehindProxy = isBehindProxy;
  }

  /** Whether the request was meant for us, and comes from no foreign page. */
  checkSource(request: IncomingMessage): Outcome<undefined> {
    const { host, origin } = request.headers;
    if (host === undefined || !this.hosts.has(host.toLowerCase())) {
      const name = host === undefined ? 'a request without a Host header' : `Host ${host.slice(0, 100)}`;
      return refused('forbidden', `${name} is not allowed; holdfast up --allow-host NAME allows it`);
    }
    const forwarded = this.isBehindProxy ? lastOf(request.headers['x-forwarded-host']) : undefined;
    // Beside Host, never in its place: the page of a name that was rebound to us could send it as well.
    if (forwarded !== undefined && !this.hosts.has(forwarded.toLowerCase())) {
      const name = `X-Forwarded-Host ${forwarded.slice(0, 100)}`;
      return refused('forbidden', `${name} is not allowed; holdfast up --allow-host NAME allows it`);
    }
    if (origin !== undefined && !this.origins.has(origin.toLowerCase())) {
      return refused('forbidden', `Origin ${origin.slice(0, 100)} is not allowed`);
    }
    return done(undefined);
  }
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** Every address of the machine. */
export function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

/** An IPv6 address as it stands in a URL. */
export function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}

/** A browser leaves out the port that is usual for the scheme. */
function withPort(name: string, port: number, isBehindProxy = false): string[] {
  const given = /^(.*[^:]):(\d+)$/.exec(name.endsWith(']') ? '' : name);
  if (given !== null) return isUsual(Number(given[2])) ? [name, given[1] ?? ''] : [name];
  return isUsual(port) || isBehindProxy ? [name, `${name}:${port}`] : [`${name}:${port}`];
}

function isUsual(port: number): boolean {
  return port === 80 || port === 443;
}
