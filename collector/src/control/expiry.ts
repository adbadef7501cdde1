import type { Clock, TimerHandle } from '@holdfast/shared';
import type { Bus } from '../bus/bus.ts';
import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Control } from './control.ts';

export interface ExpiryOptions {
  readonly control: Control;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
}

const retryMs = 1_000;

/** Ends each override when its time is over. Returns the function that stops it. */
export async function startExpiry({ control, bus, clock, log }: ExpiryOptions): Promise<() => void> {
  let timer: TimerHandle | undefined;
  let isStopped = false;

  async function look(): Promise<void> {
    wake(await control.expireDue());
  }

  function wake(nextAt: number | undefined): void {
    timer?.cancel();
    if (isStopped || nextAt === undefined) return;
    const leftMs = nextAt - clock.now();
    timer = clock.setTimeout(lookLater, leftMs > 0 ? leftMs : retryMs); // still due: it could not be stored
  }

  function lookLater(): void {
    look().catch((error: unknown) => log('error', `overrides cannot be ended: ${messageOf(error)}`));
  }

  await look();
  const unsubscribe = bus.subscribe((message) => {
    if (message.type === 'folded' && message.entry.type === 'control') lookLater();
  });
  return () => {
    isStopped = true;
    unsubscribe();
    timer?.cancel();
  };
}
