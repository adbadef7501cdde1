import { chapter, hanging, settled } from '../path.ts';

export const timeoutPaths = chapter('Timeout', (agent) => agent.timeout('payments', { timeoutMs: 100 }), [
  {
    when: 'the call is in time',
    drive: (timeout) => timeout.execute(() => 'ok'),
    counts: { timeout: { success: 1 } },
  },
  {
    when: 'the call takes too long',
    drive: async (timeout, { clock }) => {
      const call = settled(timeout.execute(hanging));
      await clock.advance(200);
      return call;
    },
    counts: { timeout: { timeout: 1, class_partial_outage: 1 } },
    events: ['error.sampled'],
  },
  {
    when: 'the function answers after its time',
    drive: async (timeout, { clock }) => {
      const call = settled(
        timeout.execute(() => new Promise((resolve) => void clock.setTimeout(() => resolve('ok'), 150))),
      );
      await clock.advance(200);
      return call;
    },
    counts: { timeout: { timeout: 1, class_partial_outage: 1, late: 1 } },
    events: ['error.sampled'],
  },
  {
    when: 'the caller gives up',
    drive: (timeout) => {
      const controller = new AbortController();
      const call = settled(timeout.execute(() => new Promise(() => {}), { signal: controller.signal }));
      controller.abort();
      return call;
    },
    counts: { timeout: { cancelled: 1, class_cancelled: 1 } },
  },
]);
