import { chapter } from '../path.ts';

const override = { key: 'reviews', value: false, setAt: 1_700_000_000_000, by: 'ana', reason: 'too slow' };

export const flagPaths = chapter(
  'Flags',
  (agent) => {
    const breaker = agent.circuitBreaker('reviews');
    agent.flags.define('reviews', {
      defaultValue: true,
      degradedValue: false,
      bindings: [{ breaker: 'reviews' }],
    });
    return breaker;
  },
  [
    {
      when: 'the breaker that it is bound to opens, and closes again',
      drive: (breaker) => {
        breaker.open('by hand');
        breaker.close('by hand');
      },
      counts: {},
      events: ['circuit_breaker.opened', 'flag.degraded', 'circuit_breaker.closed', 'flag.restored'],
    },
    {
      when: 'somebody sets it, and the setting ends by itself',
      drive: async (_breaker, { clock, collector }) => {
        collector.desire({ flags: [{ ...override, expiresAt: clock.now() + 1_000 }] });
        await clock.advance(1_500);
      },
      counts: {},
      events: ['flag.changed', 'flag.changed'],
    },
  ],
);
