import { Journal } from '../service/journal.ts';
import { Refusal } from '../service/answer.ts';
import { fieldsOf, listOf, textOf } from '../service/read.ts';
import type { ShopContext, ShopParts } from '../service/start.ts';
import { readLine } from '../order-line.ts';
import { reviewsOf } from './reviews.ts';
import { readReservation, Stock } from './stock.ts';

/** What is on the shelves, what people say of it, and the parcels that leave. */
export function inventory({ instance, dataFolder }: ShopContext): ShopParts {
  const journal = new Journal({ folder: dataFolder, name: instance, read: readReservation });
  const stock = new Stock(journal);
  return {
    journal,
    routes: {
      'GET /stock/:sku': ({ params: { sku = '' } }) => {
        return { status: 200, body: { sku, available: known(sku, stock.available(sku)) } };
      },
      'GET /reviews/:sku': ({ params: { sku = '' } }) => {
        return { status: 200, body: { sku, reviews: known(sku, reviewsOf(sku)) } };
      },
      'POST /reserve': ({ body }) => {
        const fields = fieldsOf(body, 'the body');
        const lines = listOf(fields['lines'], 'lines', readLine);
        return { status: 200, body: stock.reserve(textOf(fields['orderId'], 'orderId'), lines) };
      },
      'POST /release': ({ body }) => ({ status: 200, body: stock.release(orderIdOf(body)) }),
      'POST /ship': ({ body }) => {
        const { orderId } = stock.ship(orderIdOf(body));
        return { status: 200, body: { orderId, trackingId: `parcel-${orderId}` } };
      },
    },
  };
}

function known<T>(sku: string, value: T | undefined): T {
  if (value === undefined) throw new Refusal(404, 'no_such_product', `there is no product ${sku}`);
  return value;
}

function orderIdOf(body: unknown): string {
  return textOf(fieldsOf(body, 'the body')['orderId'], 'orderId');
}
