import type { BreakerState } from '@holdfast/shared';
import type { HealthProbe } from '../health/probe.ts';
import { mustBe, oneOf, readOptions, withDefault } from '../options/checks.ts';

export interface BreakerCheckOptions {
  /** What an open breaker means for the service. Default `degraded`. */
  readonly whenOpen?: 'degraded' | 'down';
}

/**
 * The state of a circuit breaker: `up` while it lets calls through, `degraded` half open. Never make a
 * liveness check of it: no restart mends what the breaker waits for. Throws for bad options.
 */
export function breakerCheck(
  breaker: { readonly name: string; readonly state: BreakerState },
  options: BreakerCheckOptions = {},
): HealthProbe {
  if (typeof breaker?.state !== 'string')
    throw new TypeError(mustBe('breakerCheck breaker', 'a circuit breaker', breaker));
  const { whenOpen } = readOptions(optionChecks, options, 'breakerCheck');
  return () => {
    const { state, name } = breaker;
    const message = `circuit breaker ${name} is ${state.replace('_', ' ')}`;
    if (state === 'open' || state === 'forced_open') return { status: whenOpen, message };
    return state === 'half_open' ? { status: 'degraded', message } : 'up';
  };
}

const optionChecks = { whenOpen: withDefault('degraded', oneOf(['degraded', 'down'])) };
