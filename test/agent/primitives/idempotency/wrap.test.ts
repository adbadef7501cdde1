import { describe, expect, test } from 'vitest';
import {
  createIdempotency,
  type Idempotency,
} from '../../../../agent/src/primitives/idempotency/idempotency.ts';
import { createTestRuntime } from '../../support/runtime.ts';

const createOrders = (): Idempotency => createIdempotency(createTestRuntime().runtime, 'orders');
const conflict = { code: 'HOLDFAST_IDEMPOTENCY_CONFLICT' };

describe('wrap', () => {
  test('keeps arguments and `this`', async () => {
    const orders = createOrders();
    const shop = {
      name: 'shop',
      order: orders.wrap(
        function (this: { name: string }, id: string, count: number) {
          return `${this.name} ${id} ${count}`;
        },
        { keyOf: (id) => id },
      ),
    };
    expect(await shop.order('tea', 2)).toBe('shop tea 2');
    await expect(shop.order('tea', 3)).rejects.toMatchObject(conflict);
  });

  test('looks only at the payload that it is told of', async () => {
    const orders = createOrders();
    const order = orders.wrap((id: string, at: number) => `${id} ${at}`, {
      keyOf: (id) => id,
      payloadOf: (id) => id,
    });
    expect([await order('a', 1), await order('a', 2)]).toEqual(['a 1', 'a 1']);
  });

  test.each([[undefined], [{}], [{ payloadOf: (): number => 1 }]])('with %j is refused', (options) => {
    const orders = createOrders();
    const wrap = (): unknown => Reflect.apply(orders.wrap, orders, [() => 1, options]);
    expect(wrap).toThrow(new TypeError('`keyOf` must be a function, got nothing'));
  });

  test('makes keys of `this` too', async () => {
    const orders = createOrders();
    class Account {
      readonly #owner: string;
      readonly pay: (id: string) => Promise<string>;
      constructor(owner: string) {
        this.#owner = owner;
        this.pay = wrapped;
      }
      keyOf(id: string): string {
        return `${this.#owner}/${id}`;
      }
    }
    const wrapped = orders.wrap(
      function (this: Account, id: string) {
        return `paid ${this.keyOf(id)}`;
      },
      {
        keyOf(id) {
          return this.keyOf(id);
        },
      },
    );
    const [ana, bob] = [new Account('ana'), new Account('bob')];
    expect([await ana.pay('7'), await bob.pay('7')]).toEqual(['paid ana/7', 'paid bob/7']);
  });
});

describe('a payload', () => {
  class Secret {
    readonly #value = 1;
    get value(): number {
      return this.#value;
    }
  }
  const circle: unknown[] = [];
  circle.push(circle);

  test.each<[string, unknown, RegExp]>([
    [
      'a map',
      { items: [new Map([['a', 1]])] },
      /^`payload.items\[0\]` must be what JSON can hold, got a Map/,
    ],
    ['a set', new Set([1]), /^`payload` must be what JSON can hold, got a Set/],
    ['no number', [Number.NaN], /^`payload\[0\]` must be what JSON can hold/],
    ['a bigint', { count: 1n }, /^`payload.count` must be what JSON can hold/],
    ['a function', [() => 1], /^`payload\[0\]` must be what JSON can hold/],
    ['private fields', new Secret(), /^`payload` must be what JSON can hold, got a Secret/],
    ['no date', { at: new Date(Number.NaN) }, /^`payload.at` must be what JSON can hold, got a Date/],
    ['a circle', circle, /must not be nested deeper than 100$/],
  ])('with %s is refused, and nothing runs', async (_what, payload, message) => {
    const orders = createOrders();
    let runs = 0;
    const failure = await orders
      .execute(() => ++runs, { key: 'a', payload })
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(TypeError);
    expect(failure).toMatchObject({ message: expect.stringMatching(message) });
    expect(runs).toBe(0);
  });

  test('may have dates, and fields that are not there', async () => {
    const orders = createOrders();
    let runs = 0;
    const ask = (payload: object): Promise<number> => orders.execute(() => ++runs, { key: 'a', payload });
    await ask({ at: new Date(5), note: undefined });
    expect(await ask({ at: new Date(5) })).toBe(1);
    await expect(ask({ at: new Date(6) })).rejects.toMatchObject(conflict);
  });
});
