import type { Chapter } from './path.ts';
import { agentPaths } from './paths/agent.ts';
import { bulkheadPaths } from './paths/bulkhead.ts';
import { cachePaths } from './paths/cache.ts';
import { circuitBreakerPaths } from './paths/circuit-breaker.ts';
import { fallbackPaths } from './paths/fallback.ts';
import { endpointPaths } from './paths/endpoints.ts';
import { faultPaths } from './paths/faults.ts';
import { flagPaths } from './paths/flags.ts';
import { healthPaths } from './paths/health.ts';
import { hedgePaths } from './paths/hedge.ts';
import { idempotencyPaths } from './paths/idempotency.ts';
import { loadShedderPaths } from './paths/load-shedder.ts';
import { queuePaths } from './paths/queue.ts';
import { rateLimiterPaths } from './paths/rate-limiter.ts';
import { retryPaths } from './paths/retry.ts';
import { sagaPaths } from './paths/saga.ts';
import { timeoutPaths } from './paths/timeout.ts';

/** Every primitive with every path through it. */
export const chapters: readonly Chapter[] = [
  circuitBreakerPaths,
  retryPaths,
  timeoutPaths,
  bulkheadPaths,
  rateLimiterPaths,
  loadShedderPaths,
  queuePaths,
  fallbackPaths,
  cachePaths,
  hedgePaths,
  idempotencyPaths,
  sagaPaths,
  endpointPaths,
  healthPaths,
  faultPaths,
  flagPaths,
  agentPaths,
];
