import type { Agent, Executor } from '@holdfast/agent';
import { chapter, settled, status, throwing } from '../path.ts';

export const retryPaths = chapter('Retry', retryOf, [
  {
    when: 'the first call succeeds',
    drive: (retry) => retry.execute(() => 'ok'),
    counts: { retry: { success: 1 } },
  },
  {
    when: 'a retry succeeds',
    drive: (retry, { clock }) => run(retry, { clock, failures: 1 }),
    counts: { retry: { success: 1, retries: 1, class_partial_outage: 1 } },
    events: ['error.sampled'],
  },
  {
    when: 'the last retry fails',
    drive: (retry, { clock }) => run(retry, { clock, failures: 9 }),
    counts: { retry: { failure: 1, retries: 2, class_partial_outage: 3 } },
    events: ['error.sampled', 'retry.exhausted'],
  },
  {
    when: 'an error is not to be retried',
    drive: (retry) => settled(retry.execute(() => throwing(status(404)))),
    counts: { retry: { failure: 1, class_caller: 1 } },
    events: ['error.sampled'],
  },
  {
    when: 'the caller gives up during a wait',
    drive: async (retry, { clock }) => {
      const controller = new AbortController();
      const call = settled(retry.execute(() => throwing(status(503)), { signal: controller.signal }));
      await clock.advance(10);
      controller.abort();
      return call;
    },
    counts: { retry: { cancelled: 1, class_cancelled: 1, retries: 1, class_partial_outage: 1 } },
    events: ['error.sampled'],
  },
  {
    when: 'its budget is used up, and for 10 s nothing is denied',
    of: (agent) => agent.retry('payments', { idempotent: true, budget: { name: 'shared', maxTokens: 14 } }),
    drive: async (retry, { clock }) => {
      await run(retry, { clock, failures: 9 });
      await clock.advance(22_000);
    },
    counts: { retry: { failure: 1, retries: 1, retries_denied: 1, class_partial_outage: 2 } },
    events: ['error.sampled', 'retry.budget_exhausted', 'retry.budget_restored'],
  },
]);

function retryOf(agent: Agent): Executor {
  const backoff = { kind: 'constant', baseMs: 100, jitter: 'none' } as const;
  return agent.retry('payments', { maxRetries: 2, idempotent: true, backoff });
}

async function run(
  retry: Executor,
  { clock, failures }: { clock: { advance(ms: number): Promise<void> }; failures: number },
): Promise<void> {
  const call = settled(retry.execute(({ attempt }) => (attempt <= failures ? throwing(status(503)) : 'ok')));
  await clock.advance(200);
  await call;
}
