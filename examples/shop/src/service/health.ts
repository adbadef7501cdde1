import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Agent } from '@holdfast/agent';
import type { Rest } from './control.ts';
import { callJson } from './http-client.ts';
import type { Journal } from './journal.ts';

export interface DependencyWatch {
  readonly dependency: string;
  /** Rejects with the reason where the dependency cannot be had. */
  readonly ask: () => Promise<void>;
  readonly rest: Rest;
}

/**
 * Asks a dependency once a second, through the same pipeline as everybody. It does not make the service
 * unready: a service that can do without its dependency must not be taken away because of it.
 */
export function watchDependency(agent: Agent, { dependency, ask, rest }: DependencyWatch): void {
  agent.healthCheck(
    dependency,
    async () => {
      if (rest.isResting) return { status: 'unknown', message: 'this service rests' };
      await ask();
      return 'up';
    },
    { kind: 'readiness', critical: false, intervalMs: 1_000, timeoutMs: 2_500 },
  );
}

/** What a service needs of itself: that its door answers, its journal can be written, and its loop turns. */
export function watchOurselves(
  agent: Agent,
  url: string,
  journal: Pick<Journal<unknown>, 'check'> | undefined,
): void {
  agent.healthCheck(
    'front_door',
    async ({ signal }) => {
      await callJson(`${url}/ping`, { signal, read: (answer) => answer });
    },
    { kind: 'readiness', intervalMs: 2_000, timeoutMs: 1_000 },
  );
  if (journal !== undefined) {
    agent.healthCheck('journal', () => journal.check(), {
      kind: 'readiness',
      intervalMs: 5_000,
      timeoutMs: 1_000,
    });
  }
  watchEventLoop(agent);
}

const slowLoopMs = 250;

function watchEventLoop(agent: Agent): void {
  const delay = monitorEventLoopDelay();
  delay.enable();
  agent.healthCheck(
    'event_loop',
    () => {
      const worstMs = Math.round(delay.max / 1_000_000);
      delay.reset();
      if (worstMs < slowLoopMs) return 'up';
      return { status: 'degraded', message: `stood still for ${worstMs} ms` };
    },
    { kind: 'liveness', intervalMs: 5_000 },
  );
}
