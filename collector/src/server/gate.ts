import type { IncomingMessage } from 'node:http';
import { done, type Outcome, refused } from '../refusal.ts';

export interface GateOptions {
  /** The host that the collector listens on, and its port. */
  readonly host: string;
  readonly port: number;
  /**
   * Further hosts by which it may be called: `name` for its own port or none, `name:port` for exactly that.
   */
  readonly allowHosts: readonly string[];
}

/**
 * Looks at every request and upgrade before anything else does. Loopback is no authentication: a page of
 * another site, or a name that was rebound to 127.0.0.1, can call it from a browser, but not with our `Host`
 * and `Origin`.
 */
export class Gate {
  private readonly hosts: ReadonlySet<string>;
  private readonly origins: ReadonlySet<string>;

  constructor({ host, port, allowHosts }: GateOptions) {
    const names = ['127.0.0.1', 'localhost', '[::1]', ...(isWildcard(host) ? [] : [bracketed(host)])];
    const hosts = [...names, ...allowHosts].flatMap((name) => withPort(name.toLowerCase(), port));
    this.hosts = new Set(hosts);
    this.origins = new Set(hosts.flatMap((one) => [`http://${one}`, `https://${one}`]));
  }

  /** Whether the request was meant for us, and comes from no foreign page. */
  checkSource(request: IncomingMessage): Outcome<undefined> {
    const { host, origin } = request.headers;
    if (host === undefined || !this.hosts.has(host.toLowerCase())) {
      const name = host === undefined ? 'a request without a Host header' : `Host ${host.slice(0, 100)}`;
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

function withPort(name: string, port: number): string[] {
  if (/:\d+$/.test(name) && !name.endsWith(']')) return [name];
  return port === 80 || port === 443 ? [name, `${name}:${port}`] : [`${name}:${port}`];
}
