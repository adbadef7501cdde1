import { chapter, settled, status, throwing } from '../path.ts';
import { occupy } from './bulkhead.ts';

const oneAtATime = { concurrency: { limit: 1 } };

export const loadShedderPaths = chapter('Load shedder', (agent) => agent.loadShedder('orders', oneAtATime), [
  {
    when: 'a call is let in',
    drive: (shedder) => shedder.execute(() => 'ok'),
    counts: { load_shedder: { success: 1 } },
  },
  {
    when: 'a call fails',
    drive: (shedder) => settled(shedder.execute(() => throwing(status(500)))),
    counts: { load_shedder: { failure: 1, class_partial_outage: 1 } },
    events: ['error.sampled'],
  },
  {
    when: 'too many calls are under way',
    drive: async (shedder) => {
      const running = occupy(shedder);
      await settled(shedder.execute(() => 'ok'));
      await running.end();
    },
    counts: { load_shedder: { cancelled: 1, class_cancelled: 1, rejected: 1, class_rejected: 1 } },
    events: ['load_shedder.started'],
  },
  {
    when: 'the other side refuses what it is sent',
    of: (agent) => agent.loadShedder('orders', { clientThrottle: {} }),
    drive: async (shedder) => {
      for (let call = 0; call < 3; call++) await settled(shedder.execute(() => throwing(status(503))));
    },
    counts: { load_shedder: { failure: 2, class_partial_outage: 2, rejected: 1, class_rejected: 1 } },
    events: ['error.sampled', 'load_shedder.started'],
  },
  {
    when: 'every call of an interval has waited too long',
    of: (agent) => agent.loadShedder('orders', { queueTime: {} }),
    drive: async (shedder, { clock }) => {
      const options = (): { enqueuedAt: number } => ({ enqueuedAt: clock.now() - 50 });
      await shedder.execute(() => 'ok', options());
      await clock.advance(100);
      await shedder.execute(() => 'ok', options());
      await settled(shedder.execute(() => 'ok', options()));
    },
    counts: { load_shedder: { success: 2, rejected: 1, class_rejected: 1 } },
    events: ['load_shedder.started'],
  },
  {
    when: 'it turned nothing away for 10 s',
    drive: async (shedder, { clock }) => {
      const running = occupy(shedder);
      await settled(shedder.execute(() => 'ok'));
      await running.end();
      await clock.advance(20_000);
    },
    counts: { load_shedder: { cancelled: 1, class_cancelled: 1, rejected: 1, class_rejected: 1 } },
    events: ['load_shedder.started', 'load_shedder.stopped'],
  },
  {
    when: 'as a layer of a pipeline it lets one in and turns one away',
    of: (agent) => agent.pipeline('orders', { loadShedder: oneAtATime }),
    drive: async (pipeline) => {
      const running = occupy(pipeline);
      await settled(pipeline.execute(() => 'ok'));
      await running.end();
    },
    counts: {
      load_shedder: { cancelled: 1, rejected: 1, class_rejected: 1 },
      pipeline: { cancelled: 1, class_cancelled: 1, rejected: 1 },
    },
    events: ['load_shedder.started'],
  },
]);
