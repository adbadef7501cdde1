import type { Backlog, Debt } from './backlog.ts';
import type { Order } from './orders.ts';
import { isRefusedByOther, type Partners } from './partners.ts';

export interface SettleOptions {
  readonly partners: Partners;
  readonly backlog: Backlog;
  /** While payments are known to be down only releases are tried. */
  readonly takesInstantPayment: () => boolean;
  readonly update: (orderId: string, change: Partial<Order>) => void;
}

/** So many a turn: a service that has just come back must not be met by all that piled up meanwhile. */
const debtsPerTurn = 10;

/** Tries the oldest debts once. What fails again stays for the next turn. */
export async function settleDebts(options: SettleOptions): Promise<void> {
  const { backlog, takesInstantPayment } = options;
  const isOpen = takesInstantPayment();
  const debts = backlog.oldest(debtsPerTurn, (kind) => kind === 'release' || isOpen);
  await Promise.all(debts.map((debt) => settle(options, debt)));
}

async function settle({ partners, backlog, update }: SettleOptions, debt: Debt): Promise<void> {
  const { kind, orderId, amountCents } = debt;
  try {
    if (kind === 'refund') await partners.refund(orderId);
    if (kind === 'release') await partners.release(orderId);
    if (kind === 'charge') {
      const payment = await partners.charge(orderId, amountCents);
      if (payment.status === 'pending') return;
      update(orderId, { state: 'confirmed', payment });
    }
    backlog.remove(debt);
  } catch (error) {
    if (!isRefusedByOther(error)) return;
    backlog.remove(debt);
    if (kind !== 'charge') return;
    backlog.add({ kind: 'release', orderId, amountCents: 0 });
    update(orderId, { state: 'payment_failed', problem: error.message });
  }
}
