import type { Clock, Instance } from '@holdfast/shared';
import { messageOf } from '../errors.ts';
import type { FoldedState } from '../fold/folded-state.ts';
import type { Journal } from '../journal/journal.ts';
import type { Log } from '../log.ts';

/** Twice the longest pause that an agent makes between two attempts to connect. */
const patienceMs = 60_000;

/**
 * Nobody is connected to a collector that has just started, whatever its log says; but it was the collector
 * that went. So its agents are awaited, and lost only when they have not come back after a minute. Returns
 * what ends the waiting.
 */
export async function awaitAgents({
  state,
  journal,
  clock,
  log,
}: {
  readonly state: FoldedState;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: Log;
}): Promise<() => void> {
  const those = (are: (instance: Instance) => boolean): Instance[] =>
    [...state.fleet.instances.values()].filter(are);
  const note = async (instances: Instance[], why: 'collector_gone' | 'not_back'): Promise<void> => {
    try {
      await Promise.all(
        instances.map(({ service, instance, epoch }) =>
          journal.record({ type: 'disconnected', agent: { service, instance, epoch }, clean: false, why }),
        ),
      );
    } catch (error) {
      // The disk may be full, and what is stored is to be seen all the same.
      log('error', `who is not connected could not be stored: ${messageOf(error)}`);
    }
  };
  await note(
    those(({ connected }) => connected),
    'collector_gone',
  );
  if (those(isAwaited).length === 0) return () => {};
  const timer = clock.setTimeout(() => void note(those(isAwaited), 'not_back'), patienceMs);
  return () => timer.cancel();
}

function isAwaited({ endReason }: Instance): boolean {
  return endReason === 'collector_gone';
}
