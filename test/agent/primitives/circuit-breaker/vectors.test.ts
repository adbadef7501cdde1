import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  type CircuitBreaker,
  createCircuitBreaker,
  type Permit,
} from '../../../../agent/src/primitives/circuit-breaker/circuit-breaker.ts';
import type { CircuitBreakerOptions } from '../../../../agent/src/primitives/circuit-breaker/options.ts';
import { createTestRuntime, type TestRuntime } from '../../support/runtime.ts';

/**
 * Cases that were run against resilience4j, in its names, step by step. Where this breaker differs on
 * purpose, `differences` says how.
 */
interface Vector {
  readonly id: string;
  readonly title: string;
  readonly config: VectorConfig;
  readonly steps: readonly Step[];
}

interface VectorConfig {
  readonly slidingWindowType: 'COUNT_BASED' | 'TIME_BASED';
  readonly slidingWindowSize: number;
  readonly minimumNumberOfCalls: number;
  readonly failureRateThreshold: number;
  readonly slowCallRateThreshold: number;
  readonly slowCallDurationThresholdMs: number;
  readonly permittedNumberOfCallsInHalfOpenState: number;
  readonly waitDurationInOpenStateMs?: number;
  /** First, factor and cap, in milliseconds. */
  readonly waitExponential?: string;
  readonly tripOnResultForMs?: number;
}

type Outcome = 'success' | 'slow' | 'failure' | 'ignored' | 'not_recorded' | 'trip';

interface Step {
  readonly at_ms: number;
  readonly op: 'call' | 'begin' | 'end' | 'observe' | 'control';
  readonly outcome?: Outcome;
  readonly duration_ms?: number;
  readonly call?: string;
  readonly action?: string;
  readonly expect: Expectation;
}

interface Expectation {
  readonly permitted?: boolean;
  readonly state: string;
  readonly failure_rate_pct: number;
  readonly slow_rate_pct: number;
  readonly recorded_calls: number;
  readonly recorded_failures: number;
  readonly slow_calls: number;
  readonly not_permitted: number;
  readonly events?: readonly string[];
}

const vectors: readonly Vector[] = JSON.parse(
  readFileSync(new URL('./vectors.json', import.meta.url), 'utf8'),
);

/** What this breaker does otherwise, by case and step: calls that end late decide nothing. */
const differences: Readonly<Record<string, Readonly<Record<number, Partial<Expectation>>>>> = {
  'r4j-15': {
    9: { recorded_calls: 0, failure_rate_pct: -1, slow_rate_pct: -1 },
    10: { recorded_calls: 0, failure_rate_pct: -1, slow_rate_pct: -1 },
    11: {
      state: 'CLOSED',
      recorded_calls: 1,
      failure_rate_pct: -1,
      slow_rate_pct: -1,
      events: ['ERROR'],
    },
  },
  // Falling below the threshold is reported too; at 60 % it never does in this case.
  'r4j-32': {},
};

describe('the cases of the reference', () => {
  test.each(vectors)('$id $title', async (vector) => {
    const run = new Run(vector.config);
    for (const [index, step] of vector.steps.entries()) {
      const seen = await run.take(step);
      const expected = { ...step.expect, ...differences[vector.id]?.[index] };
      expect(seen, `step ${index}`).toMatchObject(comparable(expected));
    }
  });
});

class Run {
  readonly #test: TestRuntime;
  readonly #breaker: CircuitBreaker;
  readonly #permits = new Map<string, Permit>();
  #events: string[] = [];

  constructor(config: VectorConfig) {
    this.#test = createTestRuntime();
    this.#breaker = createCircuitBreaker(this.#test.runtime, 'reference', optionsOf(config));
    this.#breaker.on('call', (call) => void this.#events.push(callEvents[call.outcome]));
    this.#breaker.on('transition', ({ from, to, cause }) => {
      const crossed = from === 'closed' ? crossings[cause] : undefined;
      if (crossed !== undefined) this.#events.push(crossed);
      this.#events.push(`STATE_TRANSITION:${from.toUpperCase()}_TO_${to.toUpperCase()}`);
    });
    this.#breaker.on('threshold_crossed', ({ threshold, direction }) => {
      this.#events.push(direction === 'up' ? (crossings[threshold] ?? '') : `${threshold} down`);
    });
  }

  async take(step: Step): Promise<object> {
    await this.#test.clock.advance(step.at_ms - this.#test.clock.now());
    this.#events = [];
    const permitted = await this.#do(step);
    const { metrics, state } = this.#breaker;
    return {
      ...(permitted === undefined ? {} : { permitted }),
      state: state.toUpperCase(),
      failure_rate_pct: percent(metrics.failureRatio),
      slow_rate_pct: percent(metrics.slowCallRatio),
      recorded_calls: metrics.callCount,
      recorded_failures: metrics.failureCount,
      slow_calls: metrics.slowCallCount,
      not_permitted: metrics.rejectedCount,
      events: this.#events,
    };
  }

  async #do(step: Step): Promise<boolean | undefined> {
    if (step.op === 'control') this.#breaker.metricsOnly('by the case');
    if (step.op === 'call' || step.op === 'begin') {
      const permit = this.#breaker.tryAcquire();
      if (permit !== undefined && step.op === 'begin') this.#permits.set(step.call ?? '', permit);
      if (permit !== undefined && step.op === 'call') {
        await this.#test.clock.advance(step.duration_ms ?? 0);
        settle(permit, step.outcome ?? 'success');
      }
      return permit !== undefined;
    }
    const begun = this.#permits.get(step.call ?? '');
    if (step.op === 'end' && begun !== undefined) settle(begun, step.outcome ?? 'success');
    return undefined;
  }
}

function settle(permit: Permit, outcome: Outcome): void {
  if (outcome === 'success' || outcome === 'slow') permit.succeed();
  else permit.fail(new Error(outcome));
}

function optionsOf(config: VectorConfig): CircuitBreakerOptions {
  const [firstMs = 0, factor = 1, capMs = 0] = (config.waitExponential ?? '').split(',').map(Number);
  const { tripOnResultForMs } = config;
  return {
    failureRatio: config.failureRateThreshold / 100,
    slowCallRatio: config.slowCallRateThreshold / 100,
    slowCallMs: config.slowCallDurationThresholdMs,
    window:
      config.slidingWindowType === 'COUNT_BASED'
        ? { kind: 'count', size: config.slidingWindowSize }
        : { kind: 'time', seconds: config.slidingWindowSize },
    minimumCalls: config.minimumNumberOfCalls,
    openDurationMs:
      config.waitDurationInOpenStateMs ??
      ((attempt: number) => Math.min(capMs, firstMs * factor ** (attempt - 1))),
    halfOpenCalls: config.permittedNumberOfCallsInHalfOpenState,
    ignores: (error) => isCalled(error, 'ignored'),
    countsAsFailure: (error) => !isCalled(error, 'not_recorded'),
    ...(tripOnResultForMs === undefined
      ? {}
      : { tripsOn: (error: unknown) => isCalled(error, 'trip') && { openForMs: tripOnResultForMs } }),
  };
}

function isCalled(error: unknown, name: Outcome): boolean {
  return error instanceof Error && error.message === name;
}

function percent(ratio: number | undefined): number {
  return ratio === undefined ? -1 : Math.round(ratio * 1e6) / 1e4;
}

function comparable({ events, ...rest }: Expectation): object {
  return { ...rest, ...(events === undefined ? {} : { events }) };
}

const callEvents = {
  success: 'SUCCESS',
  failure: 'ERROR',
  timeout: 'ERROR',
  ignored: 'IGNORED_ERROR',
  cancelled: 'CANCELLED',
  rejected: 'NOT_PERMITTED',
} as const;

const crossings: Readonly<Record<string, string>> = {
  failure_rate: 'FAILURE_RATE_EXCEEDED',
  slow_call_rate: 'SLOW_CALL_RATE_EXCEEDED',
};
