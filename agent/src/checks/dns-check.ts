import { lookup, Resolver } from 'node:dns/promises';
import type { HealthProbe } from '../health/probe.ts';
import { listOf, optional, readOptions, text } from '../options/checks.ts';
import { type TimeLimits, timeChecks, timed, unlessAborted } from './timed.ts';

export interface DnsCheckOptions extends TimeLimits {
  /**
   * Name servers to ask, as `address` or `address:port`. Default: whatever the process asks when it connects,
   * `/etc/hosts` included.
   */
  readonly servers?: readonly string[];
}

/** `up` where a name has an address. Throws for bad options. */
export function dnsCheck(hostname: string, options: DnsCheckOptions = {}): HealthProbe {
  const name = text(253)(hostname, 'dnsCheck hostname');
  const { servers, ...limits } = readOptions(optionChecks, options, 'dnsCheck');
  return timed(limits, async (signal) => {
    const answer = servers === undefined ? lookup(name) : resolveBy(servers, name, signal);
    await unlessAborted(signal, answer);
  });
}

async function resolveBy(servers: readonly string[], name: string, signal: AbortSignal): Promise<unknown> {
  const resolver = new Resolver();
  resolver.setServers(servers);
  signal.addEventListener('abort', () => resolver.cancel(), { once: true });
  return resolver.resolve(name);
}

const optionChecks = { servers: optional(listOf(text(64), 8)), ...timeChecks };
