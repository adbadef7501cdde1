import { catalogue } from '../catalogue.ts';
import type { OrderLine } from '../order-line.ts';

/** What those who bought one thing bought as well. As large as the catalogue squared, and no larger. */
export class AlsoBought {
  readonly #counts = new Map(catalogue.map(({ sku }) => [sku, new Map<string, number>()]));

  note(lines: readonly OrderLine[]): void {
    for (const { sku } of lines) {
      const counts = this.#counts.get(sku);
      for (const other of lines) {
        if (other.sku !== sku) counts?.set(other.sku, (counts.get(other.sku) ?? 0) + 1);
      }
    }
  }

  /** The most frequent first; `undefined` for what the shop does not sell. */
  of(sku: string, count: number): readonly string[] | undefined {
    const counts = this.#counts.get(sku);
    if (counts === undefined) return undefined;
    const bought = [...counts].sort(([, a], [, b]) => b - a).map(([other]) => other);
    const others = catalogue.map((product) => product.sku).filter((other) => other !== sku);
    return [...new Set([...bought, ...others])].slice(0, count);
  }
}
