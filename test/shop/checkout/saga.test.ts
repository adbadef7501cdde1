import { describe, expect, test } from 'vitest';
import { runSaga, SagaFailed, type SagaStep } from '../../../examples/shop/src/checkout/saga.ts';

/** Three steps that write down what they do; `failing` throws in place of being done. */
function steps(log: string[], failing?: string, failingUndo?: string): SagaStep[] {
  return ['reserve', 'charge', 'ship'].map((name) => ({
    name,
    run: async () => {
      if (name === failing) throw new Error(`${name} is down`);
      log.push(name);
    },
    undo: async () => {
      if (name === failingUndo) throw new Error(`${name} cannot be undone`);
      log.push(`undo ${name}`);
    },
  }));
}

async function failureOf(saga: Promise<void>): Promise<SagaFailed> {
  const failure: unknown = await saga.catch((error: unknown) => error);
  if (failure instanceof SagaFailed) return failure;
  throw new Error('the saga did not fail');
}

describe('a saga', () => {
  test('runs its steps in order and undoes nothing', async () => {
    const log: string[] = [];
    await runSaga(steps(log), () => true);
    expect(log).toEqual(['reserve', 'charge', 'ship']);
  });

  test('undoes what was done in reverse order', async () => {
    const log: string[] = [];
    const failure = await failureOf(runSaga(steps(log, 'ship'), () => false));
    expect(log).toEqual(['reserve', 'charge', 'undo charge', 'undo reserve']);
    expect(failure).toMatchObject({ step: 'ship', undone: ['charge', 'reserve'], owed: [] });
  });

  test('undoes the failed step too where it may have happened', async () => {
    const log: string[] = [];
    await failureOf(runSaga(steps(log, 'charge'), () => true));
    expect(log).toEqual(['reserve', 'undo charge', 'undo reserve']);
  });

  test('goes on undoing past what cannot be undone', async () => {
    const log: string[] = [];
    const failure = await failureOf(runSaga(steps(log, 'ship', 'charge'), () => false));
    expect(log).toEqual(['reserve', 'charge', 'undo reserve']);
    expect(failure).toMatchObject({ undone: ['reserve'], owed: ['charge'] });
  });

  test("keeps the step's own error as the cause", async () => {
    const failure = await failureOf(runSaga(steps([], 'reserve'), () => false));
    expect(failure.cause).toEqual(new Error('reserve is down'));
    expect(failure.message).toBe('reserve failed; undone: nothing');
  });
});
