import { describeEvent, type ErrorClass } from '@holdfast/shared';
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
