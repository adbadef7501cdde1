import type { Clock } from '@holdfast/shared';
import { func, number, optional, readOptions, withDefault } from '../options/checks.ts';

export interface DrainOptions {
  /**
   * How long to go on answering after readiness fails, so that whoever sends traffic notices and stops.
   * Default 5000. Kubernetes asks for readiness every 10 seconds unless told otherwise.
   */
  readonly afterMs?: number;
  /** Ends the service's own work after that, such as a server's `close`. It is waited for. */
  readonly close?: () => unknown;
}

export interface Draining {
  readonly clock: Clock;
  /** Where signals come from. */
  readonly host: Pick<NodeJS.Process, 'once' | 'off' | 'listenerCount' | 'kill' | 'pid'>;
  readonly drain: () => void;
  readonly closeAgent: () => Promise<void>;
  readonly internalError: (error: unknown) => void;
}

/**
 * Drains when the process gets a signal, then calls `close`. Where nobody else listens for the signal, the
 * agent is closed as well, and the signal sent again: the process ends as it would have without this, only
 * later. A second signal finds no listener any more and ends it at once. The answer stops listening.
 */
export function drainOn(
  signal: NodeJS.Signals,
  options: DrainOptions,
  { clock, host, drain, closeAgent, internalError }: Draining,
): () => void {
  const { afterMs, close } = readOptions(optionChecks, options);
  const leave = async (): Promise<void> => {
    const isAlone = host.listenerCount(signal) === 0; // `once` has removed ours
    drain();
    await new Promise<void>((resolve) => clock.setTimeout(resolve, afterMs, { keepsAlive: true }));
    try {
      await close?.();
    } catch (error) {
      internalError(error);
    }
    if (!isAlone) return;
    await closeAgent();
    host.kill(host.pid, signal);
  };
  const onSignal = (): void => void leave();
  host.once(signal, onSignal);
  return () => host.off(signal, onSignal);
}

const optionChecks = {
  afterMs: withDefault(5_000, number()),
  close: optional(func<() => unknown>()),
};
