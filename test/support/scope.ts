import { afterAll, onTestFinished } from 'vitest';

/** Ends what a test started, newest first, and all of it even when one end fails. */
export interface Scope {
  /** Registers an end. It runs once, when the test or the file is over. */
  onEnd(end: () => void | Promise<void>): void;
}

/** A scope that closes when the running test is over. Call it in a test. */
export function scopeOfTest(): Scope {
  const { scope, close } = createScope();
  onTestFinished(close);
  return scope;
}

/** A scope that closes after the last test of the file or `describe` block. Call it outside of tests. */
export function scopeOfFile(): Scope {
  const { scope, close } = createScope();
  afterAll(close);
  return scope;
}

function createScope(): { scope: Scope; close: () => Promise<void> } {
  const ends: (() => void | Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    const failures: unknown[] = [];
    for (let end = ends.pop(); end !== undefined; end = ends.pop()) {
      try {
        await end();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'what a test started did not end cleanly');
  };
  return { scope: { onEnd: (end) => void ends.push(end) }, close };
}
