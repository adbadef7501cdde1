import type { Chapter } from './path.ts';
import { agentPaths } from './paths/agent.ts';
import { circuitBreakerPaths } from './paths/circuit-breaker.ts';
import { flagPaths } from './paths/flags.ts';
import { retryPaths } from './paths/retry.ts';
import { timeoutPaths } from './paths/timeout.ts';

/** Every primitive with every path through it. */
export const chapters: readonly Chapter[] = [
  circuitBreakerPaths,
  retryPaths,
  timeoutPaths,
  flagPaths,
  agentPaths,
];
