import type { HealthAnswer, HealthProbe } from '../health/probe.ts';
import { boolean, number, optional, readOptions, withDefault } from '../options/checks.ts';
import { innermost } from './innermost.ts';
import { type TimeLimits, timeChecks, timed } from './timed.ts';
import { readHeaders, readUrl } from './url.ts';

export interface AgentCheckOptions extends Omit<TimeLimits, 'downAboveMs'> {
  /** Whether this service is down without the other, and not just degraded. Default false. */
  readonly critical?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  /** When an answer is too late, which is as bad as none. Default 1500: before a health check gives up. */
  readonly timeoutMs?: number;
}

/**
 * What another service with an agent says of itself: asks its `/readyz`, unless `url` has a path of its own.
 * That it is not ready, or does not answer, is `degraded`, and `down` only where it is `critical`: else one
 * service that is down would take all others out of traffic. Throws for bad options.
 */
export function agentCheck(url: string | URL, options: AgentCheckOptions = {}): HealthProbe {
  const target = readUrl(url, 'agentCheck url');
  if (target.pathname === '/') target.pathname = '/readyz';
  const read = readOptions(optionChecks, options, 'agentCheck');
  const { critical, headers = {}, timeoutMs, degradedAboveMs, clock } = read;
  const worst = critical ? 'down' : 'degraded';
  return timed({ degradedAboveMs, downAboveMs: Number.POSITIVE_INFINITY, clock }, async (signal) => {
    const controller = new AbortController();
    const abort = (): void => controller.abort(signal.reason);
    const late = new Error(`no answer within ${timeoutMs} ms`);
    const timer = clock.setTimeout(() => controller.abort(late), timeoutMs);
    signal.addEventListener('abort', abort, { once: true });
    try {
      const request = { headers, signal: controller.signal, redirect: 'manual' } as const;
      return await judgeAnswer(await fetch(target, request), worst);
    } catch (error) {
      return { status: worst, message: innermost(error).message };
    } finally {
      timer.cancel();
      signal.removeEventListener('abort', abort);
    }
  });
}

async function judgeAnswer(response: Response, worst: 'down' | 'degraded'): Promise<HealthAnswer> {
  const body = await bodyOf(response);
  const isReady = response.ok && body['status'] !== 'fail';
  if (isReady && body['status'] !== 'warn') return 'up';
  return { status: isReady ? 'degraded' : worst, message: wordsOf(response, body) };
}

/** What it says, where it says so in the words of an agent and not in a page of some proxy. */
async function bodyOf(response: Response): Promise<Readonly<Record<string, unknown>>> {
  const length = Number(response.headers.get('content-length') ?? Number.NaN);
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  if (!isJson || !(length <= maxBodyBytes)) {
    await response.body?.cancel();
    return {};
  }
  const body: unknown = await response.json();
  return typeof body === 'object' && body !== null ? { ...body } : {};
}

function wordsOf({ status }: Response, body: Readonly<Record<string, unknown>>): string {
  if (body['draining'] === true) return 'it is draining';
  const failing: unknown[] = Array.isArray(body['failing']) ? body['failing'] : [];
  const names = failing.filter((name) => typeof name === 'string').slice(0, maxNames);
  return names.length === 0 ? `answered ${status}` : `not up: ${names.join(', ')}`;
}

const maxBodyBytes = 65_536;
const maxNames = 8;

const optionChecks = {
  critical: withDefault(false, boolean),
  headers: optional(readHeaders),
  timeoutMs: withDefault(1_500, number({ min: 1 })),
  degradedAboveMs: timeChecks.degradedAboveMs,
  clock: timeChecks.clock,
};
