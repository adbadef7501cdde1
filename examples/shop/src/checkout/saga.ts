export interface SagaStep {
  readonly name: string;
  readonly run: () => Promise<void>;
  /**
   * Takes it back. It must do no harm where `run` never came through, and may be asked for more than once.
   */
  readonly undo?: () => Promise<void>;
}

/**
 * A step failed and what was done before has been taken back, last first; what could not be, stands in
 * `owed`.
 */
export class SagaFailed extends Error {
  override readonly name = 'SagaFailed';
  readonly step: string;
  readonly undone: readonly string[];
  readonly owed: readonly string[];

  constructor(step: string, cause: unknown, { undone, owed }: { undone: string[]; owed: string[] }) {
    const rest = owed.length === 0 ? '' : `, still to be undone: ${owed.join(', ')}`;
    super(`${step} failed; undone: ${undone.join(', ') || 'nothing'}${rest}`, { cause });
    this.step = step;
    this.undone = undone;
    this.owed = owed;
  }
}

/**
 * Runs the steps one after the other. When one fails, those before it are undone in reverse order, and so is
 * the one that failed where `mayHaveHappened` says so: a call that timed out may have been carried out.
 *
 * @throws {SagaFailed} with the step's own error as `cause`.
 */
export async function runSaga(
  steps: readonly SagaStep[],
  mayHaveHappened: (error: unknown) => boolean,
): Promise<void> {
  for (const [index, step] of steps.entries()) {
    try {
      await step.run();
    } catch (error) {
      const begun = steps.slice(0, mayHaveHappened(error) ? index + 1 : index);
      throw new SagaFailed(step.name, error, await undoAll(begun.toReversed()));
    }
  }
}

/** One after the other, and all of them, whatever happens to one. */
async function undoAll(steps: readonly SagaStep[]): Promise<{ undone: string[]; owed: string[] }> {
  const undone: string[] = [];
  const owed: string[] = [];
  for (const { name, undo } of steps) {
    if (undo === undefined) continue;
    await undo().then(
      () => undone.push(name),
      () => owed.push(name),
    );
  }
  return { undone, owed };
}
