/** What checkout still has to do for an order, once the service that it needs is back. */
export interface Debt {
  readonly kind: 'charge' | 'refund' | 'release';
  readonly orderId: string;
  /** Only for a charge. */
  readonly amountCents: number;
}

const maxDebts = 2_000;

/**
 * Debts in the order in which they came, one of a kind for an order. Bounded: a shop that owes too much must
 * say no.
 */
export class Backlog {
  readonly #debts = new Map<string, Debt>();

  get isFull(): boolean {
    return this.#debts.size >= maxDebts;
  }

  get length(): number {
    return this.#debts.size;
  }

  /** False where it is full: the caller has to take back what led to the debt. */
  add(debt: Debt): boolean {
    if (this.isFull) return false;
    this.#debts.set(keyOf(debt), debt);
    return true;
  }

  remove(debt: Pick<Debt, 'kind' | 'orderId'>): void {
    this.#debts.delete(keyOf(debt));
  }

  /** The oldest `count` of the kinds that can be dealt with now. */
  oldest(count: number, canDeal: (kind: Debt['kind']) => boolean): Debt[] {
    return [...this.#debts.values()].filter(({ kind }) => canDeal(kind)).slice(0, count);
  }
}

function keyOf({ kind, orderId }: Pick<Debt, 'kind' | 'orderId'>): string {
  return `${kind} ${orderId}`;
}
