import { describeEvent, type ErrorClass, eventTone } from '@holdfast/shared';
import { expect, test } from 'vitest';

function lineOf(errorClass: ErrorClass): string {
  return describeEvent({
    id: '1',
    at: 0,
    service: 'shop',
    instance: 'shop-1',
    event: {
      kind: 'error.sampled',
      at: 0,
      operation: 'place',
      error: { class: errorClass, severity: 'medium', fingerprint: '1:x', message: 'odd' },
    },
  });
}

test('an error that nobody knows is told as unclassified', () => {
  expect(lineOf('unknown')).toBe('shop@shop-1 place: unclassified error: odd');
  expect(lineOf('transient')).toBe('shop@shop-1 place: transient error: odd');
});

test('a summary tells how often, over how long, and where it ended', () => {
  const edges = [
    { from: 'closed', to: 'open', count: 2 },
    { from: 'open', to: 'half_open', count: 1 },
  ] as const;
  const event = { kind: 'circuit_breaker.summarised', at: 0, resource: 0, edges, overMs: 65_000 } as const;
  const place = { id: '1', at: 0, service: 'shop', instance: 'shop-1', address: 'shop/circuit_breaker/pay' };
  expect(describeEvent({ ...place, event: { ...event, to: 'half_open' } })).toBe(
    'shop/pay changed 3 times within 1 m 5 s, to half open at last: closed to open 2, open to half open 1',
  );
});

test.each([
  [undefined, 'lost: the connection ended without a good-bye', 'bad'],
  ['not_back', 'lost: it has not come back to the collector, which was gone itself', 'bad'],
  ['past', 'has long ended: what it had left on disk is stored now', 'quiet'],
] as const)('an end that is known as %s is told as such', (why, says, tone) => {
  const event = { kind: 'agent.lost', at: 0, ...(why === undefined ? {} : { why }) } as const;
  expect(describeEvent({ id: '1', at: 0, service: 'shop', instance: 's1', event })).toBe(`shop@s1 ${says}`);
  expect(eventTone(event)).toBe(tone);
});
