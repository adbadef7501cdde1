import { chapter } from '../path.ts';

export const healthPaths = chapter('Health checks', (agent) => agent, [
  {
    when: 'a check fails, and is up again',
    drive: async (agent, { clock }) => {
      let isUp = false;
      agent.healthCheck('database', () => isUp, { intervalMs: 60_000, graceMs: 0 });
      await agent.health();
      isUp = true;
      await clock.advance(60_000);
    },
    counts: { health_check: { failure: 1, success: 1 } },
    events: ['health_check.changed', 'health_check.changed'],
  },
  {
    when: 'a check changes 18 times while the collector is away',
    drive: async (agent, { clock, collector }) => {
      let isUp = false;
      agent.healthCheck('database', () => (isUp = !isUp), { intervalMs: 60_000, graceMs: 0 });
      collector.refuse();
      await clock.advance(60_000 * 17);
      collector.accept();
      await clock.advance(50_000);
    },
    counts: { health_check: { success: 9, failure: 9 } },
    events: ['health_check.summarised', ...Array.from({ length: 16 }, () => 'health_check.changed' as const)],
  },
  {
    when: 'the service is told to end',
    drive: (agent) => agent.drain(),
    counts: {},
    events: ['agent.draining'],
  },
]);
