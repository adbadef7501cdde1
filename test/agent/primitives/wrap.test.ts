import { describe, expect, expectTypeOf, test } from 'vitest';
import { createCircuitBreaker } from '../../../agent/src/primitives/circuit-breaker/circuit-breaker.ts';
import { createPipeline } from '../../../agent/src/primitives/pipeline/pipeline.ts';
import { createRetry } from '../../../agent/src/primitives/retry/retry.ts';
import { compose } from '../support/compose.ts';
import { createTestRuntime } from '../support/runtime.ts';

const { runtime } = createTestRuntime();
const pipeline = createPipeline(runtime, 'payments', {});
const breaker = createCircuitBreaker(runtime, 'payments');
const executors = [
  ['a pipeline', pipeline],
  ['a breaker', breaker],
  ['a retry', createRetry(runtime, 'payments')],
  ['what is composed', compose(runtime, pipeline, breaker)],
] as const;

interface Till {
  readonly currency: string;
}

function pay(this: Till, amount: number, note = 'none'): string {
  return `${amount} ${this.currency} (${note})`;
}

describe.each(executors)('wrap of %s', (_name, executor) => {
  test('keeps arguments, result and this', async () => {
    const wrapped = executor.wrap(pay);
    expect(await wrapped.call({ currency: 'EUR' }, 12, 'tip')).toBe('12 EUR (tip)');
    const till = { currency: 'USD', wrapped };
    expect(await till.wrapped(3)).toBe('3 USD (none)');
  });

  test('keeps name and number of parameters', () => {
    const wrapped = executor.wrap(pay);
    expect(wrapped.name).toBe('pay');
    expect(wrapped.length).toBe(1);
  });
});

test('the types of arguments, result and this are kept', () => {
  const wrapped = pipeline.wrap(pay);
  expectTypeOf(wrapped).toEqualTypeOf<(this: Till, amount: number, note?: string) => Promise<string>>();
  // @ts-expect-error a string is no amount
  expectTypeOf(wrapped).toBeCallableWith('12');
  const plain = breaker.wrap(async (id: string) => ({ id }));
  expectTypeOf(plain).parameters.toEqualTypeOf<[id: string]>();
  expectTypeOf(plain).returns.toEqualTypeOf<Promise<{ id: string }>>();
  expectTypeOf(plain('7')).resolves.toEqualTypeOf<{ id: string }>();
  const generic = compose(runtime, pipeline, breaker).wrap(<V>(value: V) => [value]);
  expectTypeOf(generic(5)).resolves.toEqualTypeOf<number[]>();
});
