import { createAgent } from '@holdfast/agent';
import { FakeClock } from '@holdfast/agent/testing';
import { describe, expect, test } from 'vitest';
import { type AnswerRecord, Answers, readAnswerRecord } from '../../../examples/shop/src/checkout/answers.ts';

interface Desk {
  readonly clock: FakeClock;
  /** What was written to the journal. */
  readonly written: AnswerRecord[];
  /** Asks for an answer; each piece of work that is really done gets the next number. */
  ask(key: string, payload?: unknown, work?: () => Promise<string>): Promise<string>;
}

function desk({ past = [], maxKeys = 10_000 }: { past?: AnswerRecord[]; maxKeys?: number } = {}): Desk {
  const clock = new FakeClock(1_000_000);
  const written: AnswerRecord[] = [];
  const journal = { past, append: (record: AnswerRecord) => void written.push(record) };
  const agent = createAgent({ service: 'checkout', collector: false, clock });
  const answers = agent.idempotency('orders', { store: new Answers({ journal, maxKeys }) });
  let count = 0;
  return {
    clock,
    written,
    ask: (key, payload = {}, work = async () => `answer ${++count}`) =>
      answers.execute(work, { key, payload }),
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
    await expect(ask('k', { a: 2 })).rejects.toMatchObject({ code: 'HOLDFAST_IDEMPOTENCY_CONFLICT' });
  });

  test('work that threw can be tried again', async () => {
    const { ask } = desk();
    await expect(ask('k', {}, () => Promise.reject(new Error('a bug')))).rejects.toThrow('a bug');
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
    const { ask } = desk({ maxKeys: 2 });
    for (const key of ['a', 'b', 'c']) await ask(key);
    expect(await ask('c')).toBe('answer 3');
    expect(await ask('a')).toBe('answer 4');
  });

  test('what an earlier process answered is answered again', async () => {
    const before = desk();
    await before.ask('k', { a: 1 });
    const past = before.written.map((record) => readAnswerRecord(JSON.parse(JSON.stringify(record))));
    expect(await desk({ past }).ask('k', { a: 1 }, async () => 'never')).toBe('answer 1');
  });
});
