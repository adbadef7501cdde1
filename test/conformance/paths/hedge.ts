import type { CallContext, Executor } from '@holdfast/agent';
import { chapter, hanging, type Stage, settled, status, throwing } from '../path.ts';

export const hedgePaths = chapter('Hedge', (agent) => agent.hedge('search', { delayMs: 100 }), [
  {
    when: 'the call answers in time',
    drive: (hedge) => hedge.execute(() => 'ok'),
    counts: { hedge: { success: 1 } },
  },
  {
    when: 'a further attempt answers first',
    drive: (hedge, stage) => hedged(hedge, stage, (call) => (call.attempt === 1 ? hanging(call) : 'ok')),
    counts: { hedge: { success: 1, hedges: 1, hedge_wins: 1 } },
  },
  {
    when: 'the first attempt answers after all',
    drive: (hedge, stage) =>
      hedged(hedge, stage, (call) =>
        call.attempt === 1
          ? new Promise<void>((resolve) => void stage.clock.setTimeout(resolve, 150))
          : hanging(call),
      ),
    counts: { hedge: { success: 1, hedges: 1 } },
  },
  {
    when: 'an attempt fails early, and the next is sent at once',
    drive: (hedge) => hedge.execute(({ attempt }) => (attempt === 1 ? throwing(status(503)) : 'ok')),
    counts: { hedge: { success: 1, hedges: 1, hedge_wins: 1, class_partial_outage: 1 } },
    events: ['error.sampled'],
  },
  {
    when: 'all attempts fail',
    drive: (hedge) => settled(hedge.execute(() => throwing(status(503)))),
    counts: { hedge: { failure: 1, hedges: 1, class_partial_outage: 2 } },
    events: ['error.sampled'],
  },
  {
    when: 'an attempt fails by a mistake of the caller',
    drive: (hedge) => settled(hedge.execute(() => throwing(status(404)))),
    counts: { hedge: { failure: 1, class_caller: 1 } },
    events: ['error.sampled'],
  },
  {
    when: 'the budget does not allow a further attempt',
    of: (agent) => agent.hedge('search', { delayMs: 100, maxHedges: 10, budgetRatio: 0.01 }),
    drive: async (hedge, { clock }) => {
      const controller = new AbortController();
      const calls = [1, 2].map(() => settled(hedge.execute(hanging, { signal: controller.signal })));
      await clock.advance(600);
      controller.abort();
      await Promise.all(calls);
    },
    counts: { hedge: { cancelled: 2, class_cancelled: 2, hedges: 10, retries_denied: 2 } },
  },
  {
    when: 'the caller gives up',
    drive: (hedge) => {
      const controller = new AbortController();
      const call = settled(hedge.execute(hanging, { signal: controller.signal }));
      controller.abort();
      return call;
    },
    counts: { hedge: { cancelled: 1, class_cancelled: 1 } },
  },
]);

async function hedged(hedge: Executor, { clock }: Stage, fn: (call: CallContext) => unknown): Promise<void> {
  const call = hedge.execute(fn);
  await clock.advance(200);
  await call;
}
