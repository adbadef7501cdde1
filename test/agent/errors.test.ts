import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { hasCode, ResilienceError } from '../../agent/src/errors.ts';

const source = { service: 'checkout', primitive: 'timeout', name: 'search' } as const;
const init = { code: 'HOLDFAST_TIMED_OUT', message: '"search" took longer than 200 ms', source } as const;

test('it is an error without a stack of ours', () => {
  const error = new ResilienceError({ ...init, cause: 'slow' });
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({ name: 'ResilienceError', code: 'HOLDFAST_TIMED_OUT', cause: 'slow', source });
  expect(error.stack).toBe('ResilienceError: "search" took longer than 200 ms');
  expect(error.toString()).toBe('ResilienceError: "search" took longer than 200 ms');
  expect(inspect(error)).toContain('took longer than 200 ms');
});

test('its code is known across two copies of the package', async () => {
  const { href } = new URL('../../agent/src/errors.ts?copy', import.meta.url);
  const copy: typeof import('../../agent/src/errors.ts') = await import(href);
  const foreign = new copy.ResilienceError(init);
  expect(foreign).not.toBeInstanceOf(ResilienceError);
  expect(hasCode(foreign, 'HOLDFAST_TIMED_OUT')).toBe(true);
  expect(hasCode(foreign, 'HOLDFAST_CIRCUIT_OPEN')).toBe(false);
});

test.each([undefined, null, 'HOLDFAST_TIMED_OUT', { code: 'HOLDFAST_TIMED_OUT' }])(
  '%o has no code',
  (other) => {
    expect(hasCode(other, 'HOLDFAST_TIMED_OUT')).toBe(false);
  },
);

test('when to come back may be asked at any time', () => {
  let leftMs = 500;
  const error = new ResilienceError({ ...init, retryAfterMs: () => leftMs });
  expect(error.retryAfterMs).toBe(500);
  leftMs = 100;
  expect(error.retryAfterMs).toBe(100);
  expect(new ResilienceError(init).retryAfterMs).toBeUndefined();
});
