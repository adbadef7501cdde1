import type { Agent, Executor } from '@holdfast/agent';
import { chapter, hanging, settled, status, throwing } from '../path.ts';

const lost = { class_partial_outage: 1 };

export const fallbackPaths = chapter(
  'Fallback',
  (agent) => agent.fallback('reviews', { fallback: () => 'none' }),
  [
    {
      when: 'the call succeeds',
      drive: (fallback) => fallback.execute(() => 'ok'),
      counts: { fallback: { success: 1 } },
    },
    {
      when: 'the call fails and is answered',
      drive: failing,
      counts: { fallback: { success: 1, fallback_used: 1, ...lost } },
      events: ['error.sampled', 'fallback.started'],
    },
    {
      when: 'it has answered nothing for 10 s',
      drive: async (fallback, { clock }) => {
        await failing(fallback);
        await clock.advance(10_000);
      },
      counts: { fallback: { success: 1, fallback_used: 1, ...lost } },
      events: ['error.sampled', 'fallback.started', 'fallback.stopped'],
    },
    {
      when: 'the error is not one that it answers',
      drive: (fallback) => settled(fallback.execute(() => throwing(status(404)))),
      counts: { fallback: { failure: 1, class_caller: 1 } },
      events: ['error.sampled'],
    },
    {
      when: 'the fallback fails too',
      of: (agent) => agent.fallback('reviews', { fallback: () => throwing(new Error('a mistake')) }),
      drive: (fallback) => settled(failing(fallback)),
      counts: { fallback: { failure: 1, fallback_failed: 1, ...lost, class_unknown: 1 } },
      events: ['error.sampled', 'error.sampled'],
    },
    {
      when: 'the first of a chain fails and the second answers',
      of: (agent) =>
        agent.fallback('reviews', { fallback: [() => throwing(new Error('a mistake')), 'none'] }),
      drive: failing,
      counts: { fallback: { success: 1, fallback_used: 1, ...lost, class_unknown: 1 } },
      events: ['error.sampled', 'error.sampled', 'fallback.started'],
    },
    {
      when: 'the last good answer stands in',
      of: lastGood,
      drive: async (fallback) => {
        await fallback.execute(() => 'good');
        await failing(fallback);
      },
      counts: { fallback: { success: 2, fallback_used: 1, cache_stale: 1, ...lost } },
      events: ['error.sampled', 'fallback.started'],
    },
    {
      when: 'there is no last good answer',
      of: lastGood,
      drive: (fallback) => settled(failing(fallback)),
      counts: { fallback: { failure: 1, ...lost } },
      events: ['error.sampled'],
    },
    {
      when: 'the caller gives up while the call is under way',
      drive: (fallback) => {
        const controller = new AbortController();
        const call = fallback.execute(hanging, { signal: controller.signal });
        controller.abort();
        return settled(call);
      },
      counts: { fallback: { cancelled: 1, class_cancelled: 1 } },
    },
    {
      when: 'the caller gives up while the fallback works',
      of: (agent) => agent.fallback('reviews', { fallback: () => new Promise(() => {}) }),
      drive: async (fallback, { clock }) => {
        const controller = new AbortController();
        const call = settled(fallback.execute(() => throwing(status(503)), { signal: controller.signal }));
        await clock.advance(0);
        controller.abort();
        return call;
      },
      counts: { fallback: { cancelled: 1, class_cancelled: 1, ...lost } },
      events: ['error.sampled'],
    },
  ],
);

function failing(fallback: Executor): Promise<unknown> {
  return fallback.execute(() => throwing(status(503)));
}

function lastGood(agent: Agent): Executor {
  return agent.fallback('reviews', { fallback: { lastGood: { scope: 'all' } } });
}
