import { runInThisContext } from 'node:vm';
import { transform } from 'esbuild';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { createPipeline } from '../../../../agent/src/primitives/pipeline/pipeline.ts';
import { protectedBy } from '../../../../agent/src/primitives/pipeline/protected-by.ts';
import { createTestRuntime } from '../../support/runtime.ts';

/** Compiles a class as a user's compiler would, and gives it the decorator under the name `guarded`. */
async function compile<T>(source: string, experimentalDecorators: boolean, guard: unknown): Promise<T> {
  const tsconfigRaw = { compilerOptions: { experimentalDecorators } };
  const { code } = await transform(source, { loader: 'ts', target: 'es2022', tsconfigRaw });
  return runInThisContext(`(guarded) => { ${code}; return Payments }`)(guard);
}

const payments = `class Payments {
  currency = 'EUR';
  @guarded
  async pay(amount) { return amount + ' ' + this.currency; }
}`;

describe.each([
  ['standard', false],
  ['experimental', true],
])('%s decorators', (_name, isExperimental) => {
  test('calls of the method go through the pipeline, with its object', async () => {
    const { runtime, telemetry } = createTestRuntime();
    const pipeline = createPipeline(runtime, 'payments', {});
    const Payments = await compile<new () => { pay(amount: number): Promise<string> }>(
      payments,
      isExperimental,
      protectedBy(pipeline),
    );
    expect(await new Payments().pay(12)).toBe('12 EUR');
    expect(new Payments().pay).toHaveProperty('name', 'pay');
    expect(telemetry.counts('pipeline/payments')).toEqual({ success: 1 });
  });

  test('what is no method is refused by name', async () => {
    const { runtime } = createTestRuntime();
    const guard = protectedBy(createPipeline(runtime, 'payments', {}));
    const field = `class Payments { @guarded amount = 1 }`;
    await expect(compile(field, isExperimental, guard)).rejects.toThrow('is for methods; `amount` is');
    const getter = `class Payments { @guarded get amount() { return 1 } }`;
    await expect(compile(getter, isExperimental, guard)).rejects.toThrow('is for methods; `amount` is');
    const whole = `@guarded class Payments {}`;
    await expect(compile(whole, isExperimental, guard)).rejects.toThrow('is for methods; `');
  });
});

test('the pipeline may be found at each call', async () => {
  const { runtime, telemetry } = createTestRuntime();
  let pipeline = createPipeline(runtime, 'first', {});
  const Payments = await compile<new () => { pay(amount: number): Promise<string> }>(
    payments,
    false,
    protectedBy(() => pipeline),
  );
  pipeline = createPipeline(runtime, 'second', {});
  await new Payments().pay(1);
  expect(telemetry.counts('pipeline/first')).toEqual({});
  expect(telemetry.counts('pipeline/second')).toEqual({ success: 1 });
});

test('what other decorators noted on the method is still found', () => {
  const { runtime } = createTestRuntime();
  const noted = Object.assign(async () => 'paid', { roles: ['admin'] });
  const guard = protectedBy(createPipeline(runtime, 'payments', {}));
  const { value } = guard({}, 'pay', { value: noted });
  expect(value).not.toBe(noted);
  expect(value).toHaveProperty('roles', ['admin']);
});

test('what cannot protect is refused', () => {
  // @ts-expect-error options are no pipeline
  expect(() => protectedBy({ timeoutMs: 5 })).toThrow('needs a pipeline, another primitive or a function');
  // @ts-expect-error
  expect(() => protectedBy(undefined)).toThrow('got nothing');
});

test('the types of a method are kept', () => {
  const { runtime } = createTestRuntime();
  const guard = protectedBy(createPipeline(runtime, 'payments', {}));
  class Payments {
    async pay(amount: number, note?: string): Promise<string> {
      return `${amount} ${note}`;
    }
  }
  const { value } = guard(Payments.prototype, 'pay', {
    value: (amount: number, note?: string) => new Payments().pay(amount, note),
  });
  expectTypeOf(value).toEqualTypeOf<((amount: number, note?: string) => Promise<string>) | undefined>();
  // @ts-expect-error a method that answers at once cannot be guarded and stay what it is
  expect(() => guard({}, 'pay', { value: (): number => 1 })).not.toThrow();
});
