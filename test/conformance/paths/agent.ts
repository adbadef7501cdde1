import { CriticalError, TransientError } from '@holdfast/agent';
import { wireLimits } from '@holdfast/shared';
import { chapter, status } from '../path.ts';

export const agentPaths = chapter('Agent', (agent) => agent, [
  {
    when: 'an error is reported that no pipeline saw',
    drive: (agent) => agent.report(new Error('no rule knows this'), { operation: 'import' }),
    counts: { agent: { class_unknown: 1 } },
    events: ['error.sampled'],
  },
  {
    when: 'errors of other classes are reported',
    drive: (agent) => {
      agent.report(new TransientError('a lock is held'));
      agent.report(status(429));
      agent.report(new CriticalError('the disk is gone'));
    },
    counts: { agent: { class_transient: 1, class_throttled: 1, class_critical: 1 } },
    events: ['error.sampled', 'error.sampled', 'error.sampled'],
  },
  {
    when: 'it has more resources than it may have',
    drive: (agent) => {
      for (let number = 0; number <= wireLimits.resourcesPerAgent; number++)
        agent.timeout(`timeout ${number}`, { timeoutMs: 100 });
    },
    counts: {},
    events: ['agent.dropped'],
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
