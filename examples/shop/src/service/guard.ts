import type { Agent, CallContext, PipelineOptions } from '@holdfast/agent';
import type { Tally } from './tally.ts';

export interface GuardParts {
  readonly agent: Agent;
  readonly tally: Tally;
}

/** A pipeline whose calls are counted a second time, by hand. */
export interface Guard {
  run<T>(call: (context: CallContext) => Promise<T>): Promise<T>;
}

export interface GuardOptions {
  /** What is called, as people name it. */
  readonly dependency: string;
  /** An attempt's time. */
  readonly timeoutMs: number;
  /** From here on a call counts as slow. */
  readonly slowCallMs: number;
  /** Default 0. */
  readonly maxRetries?: number;
  readonly fallback?: PipelineOptions['fallback'];
  readonly fallbackOn?: (error: unknown) => boolean;
}

/**
 * The same layers for every dependency, with numbers for watching rather than for production: a breaker that
 * looks back ten seconds and stays open for eight shows a whole outage within a minute.
 */
export function createGuard({ agent, tally }: GuardParts, name: string, options: GuardOptions): Guard {
  const { dependency, timeoutMs, slowCallMs, maxRetries = 0, fallback, fallbackOn } = options;
  const pipeline = agent.pipeline(name, {
    dependency,
    bulkhead: { maxConcurrentCalls: 30, maxQueueLength: 30 },
    totalTimeoutMs: timeoutMs * (maxRetries + 1) + 200,
    retry: {
      maxRetries,
      idempotent: true, // whatever this shop asks of others does no harm when it is done twice
      backoff: { kind: 'exponential', baseMs: 50, capMs: 200, jitter: 'full' },
    },
    circuitBreaker: {
      window: { kind: 'time', seconds: 10 },
      minimumCalls: 8,
      failureRatio: 0.5,
      slowCallMs,
      openDurationMs: 8_000,
      halfOpenCalls: 3,
    },
    timeoutMs,
    ...(fallback === undefined ? {} : { fallback }),
    ...(fallbackOn === undefined ? {} : { fallbackOn }),
  });
  return { run: (call) => tally.count(name, () => pipeline.execute(call)) };
}
