import type { RateLimiter, RateLimiterOptions } from '@holdfast/agent';
import { createRateLimiter } from '../../../agent/src/primitives/rate-limiter/rate-limiter.ts';
import { createTestRuntime, type TestRuntime } from './runtime.ts';

export interface LimiterUnderTest extends TestRuntime {
  readonly limiter: RateLimiter;
}

export function createLimiter(options: RateLimiterOptions): LimiterUnderTest {
  const test = createTestRuntime();
  return { ...test, limiter: createRateLimiter(test.runtime, 'search', options) };
}
