import type { Clock, Random, TimerHandle } from '@holdfast/shared';
import { Inquiry } from '../../health/inquiry.ts';
import type { HealthProbe } from '../../health/probe.ts';
import type { ActiveCheckOptions } from './options.ts';

export interface ActiveCheckSetup {
  readonly clock: Clock;
  readonly random: Random;
  readonly probe: HealthProbe;
  readonly settings: Required<Omit<ActiveCheckOptions, 'probe'>>;
  /** Called with each failed probe from the one on that decides, with why. */
  readonly failed: (message: string | undefined) => void;
  /** Called with each passed probe from the one on that decides. */
  readonly passed: () => void;
}

/** Probes an endpoint now and then until the answer is called. */
export function startActiveCheck({
  clock,
  random,
  probe,
  settings,
  failed,
  passed,
}: ActiveCheckSetup): () => void {
  const { intervalMs, timeoutMs, consecutiveFailures, consecutivePasses } = settings;
  const inquiry = new Inquiry(clock, timeoutMs, probe);
  let timer: TimerHandle | undefined;
  let isStopped = false;
  let failureCount = 0;
  let passCount = 0;

  const look = async (): Promise<void> => {
    const { outcome, message } = await inquiry.ask();
    if (isStopped) return;
    const isPass = outcome === 'success';
    passCount = isPass ? passCount + 1 : 0;
    failureCount = isPass ? 0 : failureCount + 1;
    if (passCount >= consecutivePasses) passed();
    if (failureCount >= consecutiveFailures) failed(message);
    arm(intervalMs * (0.9 + random() * 0.2)); // a fleet that was started at once must not probe at once
  };
  const arm = (delayMs: number): void => {
    timer = clock.setTimeout(() => void look(), delayMs);
  };

  arm(intervalMs * random() * 0.1);
  return () => {
    isStopped = true;
    timer?.cancel();
  };
}
