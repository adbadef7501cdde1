import { type Agent, type Saga, SagaError, type SagaScope } from '@holdfast/agent';
import type { OrderLine } from '../order-line.ts';
import { Refusal } from '../service/answer.ts';
import type { Backlog, Debt } from './backlog.ts';
import type { Order, Payment } from './orders.ts';
import { isRefusedByOther, mayHaveHappened, type Partners } from './partners.ts';

export interface OrderDesk {
  readonly saga: Saga;
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

/** What cannot be taken back at once is owed and tried again by `settleDebts`: the saga tries once. */
export function createOrderSaga(agent: Agent): Saga {
  return agent.saga('order', { mayHaveHappened, compensationRetry: { maxRetries: 0 } });
}

/**
 * Reserve inventory, charge payment, arrange shipping. A step that fails takes back those before it, and what
 * cannot be taken back now goes to the backlog. Does not throw: an order that failed is an order, too.
 */
export async function placeOrder(desk: OrderDesk, request: OrderRequest): Promise<Order> {
  try {
    return await desk.saga.execute(async (saga) => {
      await reserveInventory(saga, desk, request);
      const payment = await chargePayment(saga, desk, request);
      const trackingId = await arrangeShipping(saga, desk, request);
      const state = payment.status === 'charged' ? 'confirmed' : 'payment_pending';
      return { ...request, state, payment, trackingId };
    });
  } catch (error) {
    if (!(error instanceof SagaError)) throw error;
    return failedOrder(request, error);
  }
}

function reserveInventory(
  saga: SagaScope,
  { partners, backlog }: OrderDesk,
  { orderId, lines }: OrderRequest,
): Promise<void> {
  const debt: Debt = { kind: 'release', orderId, amountCents: 0 };
  return saga.step('reserve inventory', {
    run: () => partners.reserve(orderId, lines),
    compensate: () => orOwe(backlog, debt, () => partners.release(orderId)),
  });
}

function chargePayment(
  saga: SagaScope,
  { partners, backlog, takesInstantPayment }: OrderDesk,
  { orderId, totalCents }: OrderRequest,
): Promise<Payment> {
  const debt: Debt = { kind: 'charge', orderId, amountCents: totalCents };
  const refund: Debt = { kind: 'refund', orderId, amountCents: 0 };
  let isAsked = false;
  return saga.step<Payment>('charge payment', {
    run: async () => {
      isAsked = takesInstantPayment();
      const payment: Payment = isAsked ? await partners.charge(orderId, totalCents) : { status: 'pending' };
      if (payment.status === 'pending' && !backlog.add(debt)) {
        throw new Refusal(503, 'too_many_pending', 'too many payments are pending already');
      }
      return payment;
    },
    compensate: async () => {
      backlog.remove(debt);
      if (isAsked) await orOwe(backlog, refund, () => partners.refund(orderId));
    },
  });
}

/** Nothing to undo: a release fetches the parcel back. */
function arrangeShipping(
  saga: SagaScope,
  { partners }: OrderDesk,
  { orderId }: OrderRequest,
): Promise<string> {
  return saga.step('arrange shipping', { run: () => partners.ship(orderId) });
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

function failedOrder(request: OrderRequest, { step, undone, notUndone, cause }: SagaError): Order {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const owed = notUndone.length === 0 ? '' : `, still to be undone: ${notUndone.join(', ')}`;
  return {
    ...request,
    state: isRefusedByOther(cause) ? 'refused' : 'failed',
    problem: `${step} failed; undone: ${undone.join(', ') || 'nothing'}${owed} (${reason})`,
  };
}
