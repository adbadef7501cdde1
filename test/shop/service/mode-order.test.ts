import { describe, expect, test } from 'vitest';
import { readModeOrder } from '../../../examples/shop/src/service/mode-order.ts';

describe('the body of POST /mode', () => {
  test.each([
    [{ mode: 'slow' }, { mode: { mode: 'slow', delayMs: 1_200 }, forMs: 60_000 }],
    [
      { mode: 'slow', delayMs: 50, forMs: 500 },
      { mode: { mode: 'slow', delayMs: 50 }, forMs: 500 },
    ],
    [{ mode: 'erroring' }, { mode: { mode: 'erroring', errorClass: 'transient' }, forMs: 60_000 }],
    [
      { mode: 'healthy', forMs: 5_000 },
      { mode: { mode: 'healthy' }, forMs: undefined },
    ],
    [{ mode: 'crash' }, { mode: { mode: 'crash' }, forMs: undefined }],
    [
      { mode: 'crash', forMs: 9_000 },
      { mode: { mode: 'crash' }, forMs: 9_000 },
    ],
  ])('%j is understood', (body, order) => {
    expect(readModeOrder(body)).toEqual(order);
  });

  test.each([
    [undefined, 'the body must be an object, got nothing'],
    [{ mode: 'sleepy' }, 'mode must be one of healthy, slow, erroring'],
    [{ mode: 'slow', delayMs: 0 }, 'delayMs must be a whole number from 1 to 60000, got 0'],
    [{ mode: 'hanging', forMs: 3_600_001 }, 'forMs must be a whole number from 100 to 3600000'],
    [{ mode: 'erroring', errorClass: 'rude' }, 'errorClass must be one of transient'],
    [{ mode: 'slow', errorClass: 'caller' }, 'errorClass goes with mode erroring'],
    [{ mode: 'hanging', delayMs: 10 }, 'delayMs goes with mode slow'],
  ])('%j is refused by name', (body, problem) => {
    expect(() => readModeOrder(body)).toThrow(problem);
  });
});
