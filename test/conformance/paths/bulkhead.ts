import type { Agent, Bulkhead, CallOptions, Priority } from '@holdfast/agent';
import { chapter, hanging, settled, status, throwing } from '../path.ts';

export const bulkheadPaths = chapter('Bulkhead', bulkheadOf, [
  {
    when: 'a call finds room',
    drive: (bulkhead) => bulkhead.execute(() => 'ok'),
    counts: { bulkhead: { success: 1 } },
  },
  {
    when: 'a call waits for its turn',
    drive: async (bulkhead) => {
      const running = occupy(bulkhead);
      const waiting = bulkhead.execute(() => 'ok');
      await running.end();
      await waiting;
    },
    counts: { bulkhead: { success: 1, cancelled: 1, class_cancelled: 1 } },
  },
  {
    when: 'a call fails',
    drive: (bulkhead) => settled(bulkhead.execute(() => throwing(status(500)))),
    counts: { bulkhead: { failure: 1, class_partial_outage: 1 } },
    events: ['error.sampled'],
  },
  {
    when: 'a call finds neither a slot nor room to wait',
    drive: async (bulkhead) => {
      const running = occupy(bulkhead);
      const waiting = bulkhead.execute(() => 'ok');
      await settled(bulkhead.execute(() => 'ok'));
      await running.end();
      await waiting;
    },
    counts: { bulkhead: { success: 1, cancelled: 1, class_cancelled: 1, rejected: 1, class_rejected: 1 } },
    events: ['bulkhead.saturated'],
  },
  {
    when: 'a call waits for too long',
    drive: async (bulkhead, { clock }) => {
      const running = occupy(bulkhead);
      const waiting = settled(bulkhead.execute(() => 'ok'));
      await clock.advance(100);
      await waiting;
      await running.end();
    },
    counts: { bulkhead: { cancelled: 1, class_cancelled: 1, rejected: 1, class_rejected: 1 } },
    events: ['bulkhead.saturated'],
  },
  {
    when: 'a call that waits has to go for a more important one',
    drive: async (bulkhead) => {
      const running = occupy(bulkhead);
      const calls = (['low', 'high'] satisfies Priority[]).map((priority) =>
        bulkhead.execute(() => 'ok', { priority }),
      );
      const ends = settled(...calls);
      await running.end();
      await ends;
    },
    counts: { bulkhead: { success: 1, cancelled: 1, class_cancelled: 1, rejected: 1, class_rejected: 1 } },
    events: ['bulkhead.saturated'],
  },
  {
    when: 'the caller gives up while the call waits',
    drive: async (bulkhead) => {
      const running = occupy(bulkhead);
      const waiting = occupy(bulkhead);
      await waiting.end();
      await running.end();
    },
    counts: { bulkhead: { cancelled: 2, class_cancelled: 2 } },
  },
  {
    when: 'it turned nothing away for 10 s',
    drive: async (bulkhead, { clock }) => {
      const running = occupy(bulkhead);
      void settled(
        bulkhead.execute(() => 'ok'),
        bulkhead.execute(() => 'ok'),
      );
      await running.end();
      await clock.advance(20_000);
    },
    counts: { bulkhead: { success: 1, cancelled: 1, class_cancelled: 1, rejected: 1, class_rejected: 1 } },
    events: ['bulkhead.saturated', 'bulkhead.recovered'],
  },
  {
    when: 'as a layer of a pipeline it is full',
    of: (agent) => agent.pipeline('reports', { bulkhead: { maxConcurrentCalls: 1 } }),
    drive: async (pipeline) => {
      const running = occupy(pipeline);
      await settled(pipeline.execute(() => 'ok'));
      await running.end();
    },
    counts: {
      bulkhead: { cancelled: 1, rejected: 1, class_rejected: 1 },
      pipeline: { cancelled: 1, class_cancelled: 1, rejected: 1 },
    },
    events: ['bulkhead.saturated'],
  },
]);

/** One call at a time, and one that waits for at most 100 ms. */
function bulkheadOf(agent: Agent): Bulkhead {
  return agent.bulkhead('reports', { maxConcurrentCalls: 1, maxQueueLength: 1, maxQueueWaitMs: 100 });
}

/** A call that hangs until it is given up. */
export function occupy(
  executor: Bulkhead,
  options?: CallOptions,
): { readonly end: () => Promise<readonly string[]> } {
  const controller = new AbortController();
  const call = settled(executor.execute(hanging, { ...options, signal: controller.signal }));
  const end = (): Promise<readonly string[]> => {
    controller.abort();
    return call;
  };
  return { end };
}
