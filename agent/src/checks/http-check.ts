import type { HealthProbe } from '../health/probe.ts';
import { func, oneOf, optional, readOptions, withDefault } from '../options/checks.ts';
import { innermost } from './innermost.ts';
import { type TimeLimits, timeChecks, timed } from './timed.ts';
import { readHeaders, readUrl } from './url.ts';

export interface HttpCheckOptions extends TimeLimits {
  /** Default `GET`. */
  readonly method?: 'GET' | 'HEAD';
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether a status is a good one. Default: below 400. Redirects are not followed. */
  readonly accepts?: (status: number) => boolean;
}

/** `up` where a URL answers with a good status. The body is not read. Throws for bad options. */
export function httpCheck(url: string | URL, options: HttpCheckOptions = {}): HealthProbe {
  const target = readUrl(url, 'httpCheck url');
  const { method, headers = {}, accepts, ...limits } = readOptions(optionChecks, options, 'httpCheck');
  return timed(limits, async (signal) => {
    const response = await ask(target, { method, headers, signal, redirect: 'manual' });
    await response.body?.cancel();
    if (accepts?.(response.status) ?? response.status < 400) return 'up';
    return { status: 'down', message: `answered ${response.status}` };
  });
}

async function ask(url: URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    throw innermost(error);
  }
}

const optionChecks = {
  method: withDefault('GET', oneOf(['GET', 'HEAD'])),
  headers: optional(readHeaders),
  accepts: optional(func<(status: number) => boolean>()),
  ...timeChecks,
};
