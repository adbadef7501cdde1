import type { Agent, Endpoints } from '@holdfast/agent';
import { chapter, settled, status, throwing } from '../path.ts';

export const endpointPaths = chapter('Endpoints', poolOf, [
  {
    when: 'a call succeeds',
    drive: (pool) => pool.execute(() => 'ok'),
    counts: { endpoints: { success: 1 } },
  },
  {
    when: 'an endpoint fails until it is ejected, and its time is over',
    drive: async (pool, { clock }) => {
      await settled(failing(pool), failing(pool));
      await clock.advance(30_000);
    },
    counts: { endpoints: { failure: 2, class_partial_outage: 2 } },
    events: ['error.sampled', 'endpoints.ejected', 'endpoints.restored'],
  },
  {
    when: 'all endpoints are taken away, and a call comes',
    drive: (pool) => {
      pool.set([]);
      return settled(pool.execute(() => 'ok'));
    },
    counts: { endpoints: { rejected: 1, class_rejected: 1 } },
    events: ['config.changed'],
  },
]);

/** Two, of which one may be ejected, after a single failure. */
function poolOf(agent: Agent): Endpoints {
  return agent.endpoints('search', {
    endpoints: ['http://a', 'http://b'],
    balance: 'round_robin',
    consecutiveFailures: 1,
    maxEjectedRatio: 0.5,
    baseEjectionMs: 10_000,
  });
}

function failing(pool: Endpoints): Promise<never> {
  return pool.execute(() => throwing(status(503)));
}
