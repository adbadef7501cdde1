import { createHash } from 'node:crypto';
import { hasCode } from '@holdfast/agent';
import { productOf } from '../catalogue.ts';
import { type OrderLine, readLine } from '../order-line.ts';
import { type Answer, Refusal } from '../service/answer.ts';
import { Journal } from '../service/journal.ts';
import { fieldsOf, listOf } from '../service/read.ts';
import type { ShopRequest } from '../service/server.ts';
import type { ShopContext, ShopParts } from '../service/start.ts';
import { AlsoBought } from './also-bought.ts';
import { Answers, readAnswerRecord } from './answers.ts';
import { Backlog } from './backlog.ts';
import { type Order, OrderBook, type OrderState, readOrder } from './orders.ts';
import { createPartners } from './partners.ts';
import { createOrderSaga, type OrderRequest, placeOrder } from './place-order.ts';
import { settleDebts } from './settle.ts';

const recommendedCount = 3;

/** Takes orders, and knows what is bought together. */
export function checkout(context: ShopContext): ShopParts {
  const { agent, tally, urlOf, instance, dataFolder } = context;
  const partners = createPartners({ agent, tally, urlOf });
  const takesInstantPayment = degradesWithPayments(context);
  context.watch('payments', partners.askPayments);
  context.watch('inventory', partners.askInventory);

  const journal = new Journal({ folder: dataFolder, name: instance, read: readOrder });
  const orders = new OrderBook(journal);
  const backlog = new Backlog();
  const answered = new Journal({ folder: dataFolder, name: `${instance}-answers`, read: readAnswerRecord });
  const answers = agent.idempotency('orders', { store: new Answers({ journal: answered }) });
  const alsoBought = new AlsoBought();
  for (const order of orders.all()) {
    alsoBought.note(order.lines);
    if (order.state === 'payment_pending')
      backlog.add({ ...order, kind: 'charge', amountCents: order.totalCents });
  }

  const desk = { saga: createOrderSaga(agent), partners, backlog, takesInstantPayment };
  const place = async (key: string, lines: readonly OrderLine[]): Promise<Order> => {
    const order = await placeOrder(desk, orderRequest(key, lines));
    orders.add(order);
    if (order.state === 'confirmed' || order.state === 'payment_pending') alsoBought.note(lines);
    return order;
  };
  const update = (orderId: string, change: Partial<Order>): void => orders.update(orderId, change);
  return {
    journal,
    upkeep: { everyMs: 1_000, run: () => settleDebts({ ...desk, update }) },
    routes: {
      'POST /orders': async (request) => {
        const key = keyOf(request);
        const lines = listOf(fieldsOf(request.body, 'the body')['items'], 'items', readLine);
        const call = { key, payload: lines };
        return answerOf(await answers.execute(() => place(key, lines), call).catch(refuseReuse));
      },
      'GET /orders/:id': ({ params: { id = '' } }) => {
        const order = orders.find(id);
        if (order === undefined) throw new Refusal(404, 'no_such_order', `there is no order ${id}`);
        return { status: 200, body: order };
      },
      'GET /also-bought/:sku': ({ params: { sku = '' } }) => {
        const skus = alsoBought.of(sku, recommendedCount);
        if (skus === undefined) throw new Refusal(404, 'no_such_product', `there is no product ${sku}`);
        return { status: 200, body: { sku, alsoBought: skus } };
      },
    },
  };
}

/**
 * While the breaker `payments` is open nobody is made to wait for a payment: it is left pending without a
 * call.
 */
function degradesWithPayments({ agent }: ShopContext): () => boolean {
  agent.flags.define('instant_payment', {
    defaultValue: true,
    degradedValue: false,
    bindings: [{ breaker: 'payments' }],
  });
  return () => agent.flags.getBooleanValue('instant_payment', true);
}

function keyOf(request: ShopRequest): string {
  const key = request.header('idempotency-key') ?? '';
  if (key !== '' && key.length <= 200) return key;
  throw new Refusal(400, 'idempotency_key_missing', 'send an Idempotency-Key header of 1 to 200 characters');
}

/** @throws {Refusal} 422 where the key came with another order before, else the error itself. */
function refuseReuse(error: unknown): never {
  if (!hasCode(error, 'HOLDFAST_IDEMPOTENCY_CONFLICT')) throw error;
  throw new Refusal(422, 'idempotency_key_reused', `${error.message}; take a new key`);
}

/**
 * The order's number comes from its key, so that a repeat finds the same reservation and charge after a
 * crash, too.
 */
function orderRequest(key: string, lines: readonly OrderLine[]): OrderRequest {
  const orderId = `o-${createHash('sha256').update(key).digest('hex').slice(0, 16)}`;
  if (lines.length === 0) throw new Refusal(400, 'empty_order', 'an order has at least one item');
  const totalCents = lines.reduce((sum, { sku, quantity }) => sum + priceOf(sku) * quantity, 0);
  return { orderId, lines, totalCents };
}

function priceOf(sku: string): number {
  const product = productOf(sku);
  if (product === undefined) throw new Refusal(404, 'no_such_product', `there is no product ${sku}`);
  return product.priceCents;
}

const statusOf: Readonly<Record<OrderState, number>> = {
  confirmed: 201,
  payment_pending: 202,
  refused: 409,
  failed: 503,
  payment_failed: 409,
};

function answerOf(order: Order): Answer {
  return { status: statusOf[order.state], body: order };
}
