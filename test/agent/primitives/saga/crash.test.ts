import type { SagaProgress } from '@holdfast/agent';
import { FakeClock } from '@holdfast/agent/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSaga, type Saga } from '../../../../agent/src/primitives/saga/saga.ts';
import { createTestRuntime } from '../../support/runtime.ts';
import { SagaShelf } from '../../support/saga-store.ts';

const names = ['a', 'b', 'c', 'd'];

/** A process that dies at one of its writes: before that is on disk, or right after. */
class DyingShelf extends SagaShelf {
  writesLeft = 0;
  diesAfter = false;

  override async save(progress: SagaProgress): Promise<boolean> {
    this.writesLeft -= 1;
    if (this.writesLeft === 0 && this.diesAfter) await super.save(progress);
    return this.writesLeft <= 0 ? new Promise(() => {}) : super.save(progress);
  }
}

interface World {
  readonly clock: FakeClock;
  readonly shelf: DyingShelf;
  /** What is there at present. */
  readonly effects: Set<string>;
  /** What fails, each time that it is tried while it is in here. */
  readonly failing: Set<string>;
}

function processOf({ clock, shelf, effects, failing }: World, seed: number): Saga {
  const { runtime } = createTestRuntime({ seed });
  return createSaga({ ...runtime, clock }, 'trip', {
    store: shelf,
    leaseMs: 3_000,
    compensationRetry: { maxRetries: 0 },
    steps: names.map((name) => ({
      name,
      run: () => {
        if (failing.has(name)) throw new Error(`${name} is down`);
        effects.add(name);
      },
      compensate: () => {
        if (failing.has(`undo ${name}`)) throw new Error(`undo ${name} is down`);
        effects.delete(name);
      },
    })),
  });
}

test('wherever it dies, all of it is done or nothing', async () => {
  const plan = fc.record({
    deaths: fc.array(fc.record({ writes: fc.integer({ min: 1, max: 6 }), after: fc.boolean() }), {
      maxLength: 4,
    }),
    failing: fc.subarray([...names, ...names.map((name) => `undo ${name}`)]),
  });
  await fc.assert(
    fc.asyncProperty(plan, async ({ deaths, failing }) => {
      const clock = new FakeClock(1_700_000_000_000);
      const shelf = new DyingShelf();
      const world: World = { clock, shelf, effects: new Set(), failing: new Set(failing) };
      let seed = 0;
      for (const { writes, after } of deaths) {
        Object.assign(shelf, { writesLeft: writes, diesAfter: after });
        processOf(world, (seed += 1))
          .run({}, { id: 't-1' })
          .catch(() => undefined);
        await clock.advance(0);
        shelf.writesLeft = 0; // what is left of it writes nothing more
        await clock.advance(4_000);
      }
      for (const name of names) world.failing.delete(`undo ${name}`);
      shelf.writesLeft = Number.POSITIVE_INFINITY;
      const last = processOf(world, seed + 1)
        .run({}, { id: 't-1' })
        .catch(() => 'undone');
      await clock.advance(10_000);
      const end = await last;
      const isDone = shelf.rows.get('trip/t-1')?.state === 'done';
      expect(isDone).toBe(end !== 'undone');
      expect([...world.effects].sort()).toEqual(isDone ? names : []);
    }),
    { numRuns: 300 },
  );
});
