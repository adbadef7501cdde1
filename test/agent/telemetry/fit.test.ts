import { expect, test } from 'vitest';
import { fit } from '../../../agent/src/telemetry/fit.ts';

test('what has to be a text becomes one', () => {
  const attribution: object = { by: 'code', reason: 5 };
  expect(fit({ state: 'open', attribution, untilAt: 5 })).toEqual({
    state: 'open',
    attribution: { by: 'code', reason: '5' },
    untilAt: 5,
  });
  expect(fit({ attribution: { by: 'code', reason: 'x'.repeat(600) } }).attribution.reason).toHaveLength(512);
});
