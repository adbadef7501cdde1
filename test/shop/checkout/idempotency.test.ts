import { FakeClock } from '@holdfast/agent/testing';
import { describe, expect, test } from 'vitest';
import { fingerprintOf, IdempotentAnswers } from '../../../examples/shop/src/checkout/idempotency.ts';

interface Desk {
  readonly answers: IdempotentAnswers<string>;
  readonly clock: FakeClock;
  /** Asks for an answer; each piece of work that is really done gets the next number. */
  ask(key: string, payload?: unknown): Promise<string>;
}

function desk(maxKeys?: number): Desk {
  const clock = new FakeClock(1_000_000);
  const answers = new IdempotentAnswers<string>({ clock, ...(maxKeys === undefined ? {} : { maxKeys }) });
  let count = 0;
  return {
    answers,
    clock,
    ask: (key, payload = {}) => answers.answer(key, payload, async () => `answer ${++count}`),
  };
}

describe('answers by idempotency key', () => {
  test('the same key and payload give the same answer', async () => {
    const { ask } = desk();
    expect(await ask('k', { a: 1, b: 2 })).toBe('answer 1');
    expect(await ask('k', { b: 2, a: 1 })).toBe('answer 1');
    expect(await ask('other', { a: 1, b: 2 })).toBe('answer 2');
  });

  test('callers who come while it is being done share the work', async () => {
    const { ask } = desk();
    expect(await Promise.all([ask('k'), ask('k'), ask('k')])).toEqual(['answer 1', 'answer 1', 'answer 1']);
  });

  test('another payload under the same key is refused by name', async () => {
    const { ask } = desk();
    await ask('k', { a: 1 });
    await expect(ask('k', { a: 2 })).rejects.toMatchObject({ status: 422, code: 'idempotency_key_reused' });
  });

  test('work that threw can be tried again', async () => {
    const { answers, ask } = desk();
    const broken = answers.answer('k', {}, () => Promise.reject(new Error('a bug')));
    await expect(broken).rejects.toThrow('a bug');
    expect(await ask('k')).toBe('answer 1');
  });

  test('a key is forgotten after a day', async () => {
    const { ask, clock } = desk();
    await ask('k');
    await clock.advance(86_399_999);
    expect(await ask('k')).toBe('answer 1');
    await clock.advance(1);
    expect(await ask('k')).toBe('answer 2');
  });

  test('the oldest key makes room', async () => {
    const { ask } = desk(2);
    for (const key of ['a', 'b', 'c']) await ask(key);
    expect(await ask('c')).toBe('answer 3');
    expect(await ask('a')).toBe('answer 4');
  });

  test('what an earlier process answered is answered again', async () => {
    const { answers, ask } = desk();
    answers.restore('k', fingerprintOf({ a: 1 }), 'from before');
    expect(await ask('k', { a: 1 })).toBe('from before');
  });
});
