import { chapter } from '../path.ts';

export const agentPaths = chapter('Agent', (agent) => agent, [
  {
    when: 'an error is reported that no pipeline saw',
    drive: (agent) => agent.report(new Error('no rule knows this'), { operation: 'import' }),
    counts: { agent: { class_unknown: 1 } },
    events: ['error.sampled'],
  },
  {
    when: 'it is closed',
    drive: async (agent, { clock }) => {
      const closed = agent.close({ timeoutMs: 100 });
      await clock.advance(100);
      await closed;
    },
    counts: {},
    events: ['agent.stopped'],
  },
]);
