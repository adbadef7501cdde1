/** More than this many keys that are gone are not remembered: who was away longer begins anew. */
const mostGone = 5_000;

/** What the readers of a question were told of one list, by key, and in which step they were told it last. */
export class Told {
  private readonly steps = new Map<string, number>();
  private gone = new Map<string, number>();
  /** What is gone since this step is remembered. */
  private rememberedSince = 0;

  has(key: string): boolean {
    return this.steps.has(key);
  }

  keys(): Iterable<string> {
    return this.steps.keys();
  }

  set(key: string, step: number): void {
    this.gone.delete(key);
    this.steps.set(key, step);
  }

  /** Whether it was there. */
  drop(key: string, step: number): boolean {
    if (!this.steps.delete(key)) return false;
    this.gone.set(key, step);
    if (this.gone.size > mostGone) {
      this.gone = new Map();
      this.rememberedSince = step;
    }
    return true;
  }

  /** What was told and what went after a step; `undefined` where that is no longer known. */
  since(step: number): { readonly changed: readonly string[]; readonly gone: readonly string[] } | undefined {
    if (step < this.rememberedSince) return undefined;
    const after = ([, at]: readonly [string, number]): boolean => at > step;
    return {
      changed: [...this.steps].filter(after).map(([key]) => key),
      gone: [...this.gone].filter(after).map(([key]) => key),
    };
  }
}
