import { chapter, settled } from '../path.ts';

export const queuePaths = chapter('Queue', (agent) => agent.queue('jobs', { capacity: 1, maxWaitMs: 100 }), [
  {
    when: 'an item is put and not yet taken',
    drive: (queue) => queue.put('a'),
    counts: {},
  },
  {
    when: 'an item is taken',
    drive: async (queue) => {
      await queue.put('a');
      await queue.take();
    },
    counts: { queue: { success: 1 } },
  },
  {
    when: 'an item waits for room, and is taken',
    drive: async (queue) => {
      const puts = settled(queue.put('a'), queue.put('b'));
      await queue.take();
      await queue.take();
      await puts;
    },
    counts: { queue: { success: 2 } },
  },
  {
    when: 'an item is offered and there is no room',
    drive: (queue) => [queue.offer('a'), queue.offer('b')],
    counts: { queue: { rejected: 1, class_rejected: 1 } },
  },
  {
    when: 'an item waits for room for too long',
    drive: async (queue, { clock }) => {
      const puts = settled(queue.put('a'), queue.put('b'));
      await clock.advance(100);
      await puts;
    },
    counts: { queue: { rejected: 1, class_rejected: 1 } },
  },
  {
    when: 'an item comes after the end',
    drive: async (queue) => {
      await queue.close();
      await settled(queue.put('a'));
    },
    counts: { queue: { rejected: 1, class_rejected: 1 } },
  },
  {
    when: 'whoever puts an item gives up',
    drive: async (queue) => {
      const controller = new AbortController();
      const puts = settled(queue.put('a'), queue.put('b', { signal: controller.signal }));
      controller.abort();
      await puts;
    },
    counts: { queue: { cancelled: 1, class_cancelled: 1 } },
  },
  {
    when: 'whoever waits for an item gives up',
    drive: async (queue) => {
      const controller = new AbortController();
      const take = settled(queue.take({ signal: controller.signal }));
      controller.abort();
      await take;
    },
    counts: {},
  },
]);
