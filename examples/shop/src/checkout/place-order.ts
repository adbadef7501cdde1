import type { OrderLine } from '../order-line.ts';
import { Refusal } from '../service/answer.ts';
import type { Backlog, Debt } from './backlog.ts';
import type { Order, Payment } from './orders.ts';
import { isRefusedByOther, mayHaveHappened, type Partners } from './partners.ts';
import { runSaga, SagaFailed, type SagaStep } from './saga.ts';

export interface OrderDesk {
  readonly partners: Partners;
  readonly backlog: Backlog;
  /** False while payments are known to be down: then nobody is made to wait for them. */
  readonly takesInstantPayment: () => boolean;
}

export interface OrderRequest {
  readonly orderId: string;
  readonly lines: readonly OrderLine[];
  readonly totalCents: number;
}

/**
 * Reserve inventory, charge payment, arrange shipping. A step that fails takes back those before it, and what
 * cannot be taken back now goes to the backlog. Does not throw: an order that failed is an order, too.
 */
export async function placeOrder(desk: OrderDesk, request: OrderRequest): Promise<Order> {
  const done: { payment?: Payment; trackingId?: string } = {};
  const steps: SagaStep[] = [
    reserveInventory(desk, request),
    chargePayment(desk, request, (payment) => (done.payment = payment)),
    arrangeShipping(desk, request, (trackingId) => (done.trackingId = trackingId)),
  ];
  try {
    await runSaga(steps, mayHaveHappened);
  } catch (error) {
    if (!(error instanceof SagaFailed)) throw error;
    return failedOrder(request, error);
  }
  return {
    ...request,
    state: done.payment?.status === 'charged' ? 'confirmed' : 'payment_pending',
    ...(done.payment === undefined ? {} : { payment: done.payment }),
    ...(done.trackingId === undefined ? {} : { trackingId: done.trackingId }),
  };
}

function reserveInventory({ partners, backlog }: OrderDesk, { orderId, lines }: OrderRequest): SagaStep {
  return {
    name: 'reserve inventory',
    run: () => partners.reserve(orderId, lines),
    undo: () => orOwe(backlog, { kind: 'release', orderId, amountCents: 0 }, () => partners.release(orderId)),
  };
}

function chargePayment(
  { partners, backlog, takesInstantPayment }: OrderDesk,
  { orderId, totalCents }: OrderRequest,
  done: (payment: Payment) => void,
): SagaStep {
  const debt: Debt = { kind: 'charge', orderId, amountCents: totalCents };
  let isAsked = false;
  return {
    name: 'charge payment',
    run: async () => {
      isAsked = takesInstantPayment();
      const payment: Payment = isAsked ? await partners.charge(orderId, totalCents) : { status: 'pending' };
      if (payment.status === 'pending' && !backlog.add(debt)) {
        throw new Refusal(503, 'too_many_pending', 'too many payments are pending already');
      }
      done(payment);
    },
    undo: async () => {
      backlog.remove(debt);
      if (!isAsked) return;
      await orOwe(backlog, { kind: 'refund', orderId, amountCents: 0 }, () => partners.refund(orderId));
    },
  };
}

/** Nothing to undo: a release fetches the parcel back. */
function arrangeShipping(
  { partners }: OrderDesk,
  { orderId }: OrderRequest,
  done: (trackingId: string) => void,
): SagaStep {
  return { name: 'arrange shipping', run: async () => done(await partners.ship(orderId)) };
}

/** Rethrows, so that the saga can tell what is still to be undone. */
async function orOwe(backlog: Backlog, debt: Debt, undo: () => Promise<void>): Promise<void> {
  try {
    await undo();
  } catch (error) {
    backlog.add(debt);
    throw error;
  }
}

function failedOrder(request: OrderRequest, failure: SagaFailed): Order {
  const { cause } = failure;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return {
    ...request,
    state: isRefusedByOther(cause) ? 'refused' : 'failed',
    problem: `${failure.message} (${reason})`,
  };
}
