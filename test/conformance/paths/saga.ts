import type { Saga } from '@holdfast/agent';
import { chapter, settled, status, throwing } from '../path.ts';

export const sagaPaths = chapter('Saga', (agent) => agent.saga('orders'), [
  {
    when: 'all steps are done',
    drive: (saga) => order(saga, { ships: true }),
    counts: { saga: { success: 1 } },
  },
  {
    when: 'a step fails, and those before it are undone',
    drive: (saga) => order(saga, { ships: false }),
    counts: {
      saga: { failure: 1, compensations: 1, class_partial_outage: 1 },
      retry: { success: 1 },
    },
    events: ['error.sampled', 'saga.failed'],
  },
  {
    when: 'a step before it cannot be undone',
    of: (agent) => agent.saga('orders', { compensationRetry: { maxRetries: 0 } }),
    drive: (saga) => order(saga, { ships: false, undoes: false }),
    counts: {
      saga: { failure: 1, compensation_failed: 1, class_partial_outage: 1 },
      retry: { failure: 1, class_partial_outage: 1 },
    },
    events: ['error.sampled', 'error.sampled', 'saga.failed'],
  },
  {
    when: 'it was over before',
    drive: async (saga) => {
      await order(saga, { ships: true });
      await order(saga, { ships: true });
    },
    counts: { saga: { success: 2, cache_hits: 1 } },
  },
  {
    when: 'a call joins it',
    drive: (saga) => Promise.all([order(saga, { ships: true }), order(saga, { ships: true })]),
    counts: { saga: { success: 2, coalesced: 1 } },
  },
]);

function order(saga: Saga, { ships, undoes = true }: { ships: boolean; undoes?: boolean }): Promise<unknown> {
  const run = saga.execute(
    async ({ step }) => {
      await step('reserve', {
        run: () => 'reserved',
        compensate: () => (undoes ? undefined : throwing(status(503))),
      });
      return step('ship', { run: () => (ships ? 'shipped' : throwing(status(503))) });
    },
    { id: 'order 7' },
  );
  return settled(run);
}
