import type { FlagOverride } from '@holdfast/shared';
import { describe, expect, test } from 'vitest';
import { createTestAgent } from '../support/agent.ts';

const rest = { setAt: 1_700_000_000_000, expiresAt: 1_700_000_060_000, by: 'ana', reason: 'incident 7' };

describe('an object that the program has changed', () => {
  const circle = (value: object): void => void Reflect.set(value, 'self', value);
  const swell = (value: object): void => void Reflect.set(value, 'text', 'x'.repeat(5_000));
  const vanish = (value: object): void => void Reflect.set(value, 'toJSON', () => undefined);

  test.each([
    ['a circle', circle],
    ['too large', swell],
    ['nothing', vanish],
  ])('is left out as %s, counted, and stops nothing else', async (_what, change) => {
    const { agent, clock, collector, faults } = await createTestAgent();
    agent.circuitBreaker('payments');
    agent.flags.define('limits', { defaultValue: { depth: 2 } });
    agent.flags.define('colour', { defaultValue: 'blue' });
    change(agent.flags.getObjectValue('limits', {}));
    await clock.advance(1_000);
    await agent.circuitBreaker('payments').execute(() => 1);
    await clock.advance(2_000);
    expect(collector.problems).toEqual([]);
    expect([...collector.flags.keys()]).toEqual(['colour']);
    expect(collector.totals('circuit_breaker', 'payments')).toEqual({ success: 1 });
    const told = collector.batches.flatMap(({ dropped }) => (dropped === undefined ? [] : [dropped]));
    expect(told).toEqual([{ 'level/unwritable': 1 }]);
    expect(faults).toHaveLength(1);
  });

  test('is left out of the events, and can be overridden again', async () => {
    const { agent, clock, collector } = await createTestAgent();
    agent.flags.define('limits', { defaultValue: { depth: 2 } });
    const order = (depth: number): FlagOverride => ({ key: 'limits', value: { depth }, ...rest });
    collector.desire({ flags: [order(3)] });
    await clock.advance(1_000);
    circle(agent.flags.getObjectValue('limits', {}));
    collector.desire({ flags: [order(4)] });
    await clock.advance(1_000);
    expect(agent.flags.getObjectValue('limits', {})).toEqual({ depth: 4 });
    collector.desire({ flags: [order(5)] });
    await clock.advance(1_000);
    const values = collector.events.flatMap((event) => (event.kind === 'flag.changed' ? [event.to] : []));
    expect(values).toEqual([{ depth: 3 }, { depth: 5 }]);
    expect(collector.batches.findLast(({ dropped }) => dropped)?.dropped).toEqual({ 'flag/unwritable': 1 });
  });
});
