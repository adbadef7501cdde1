import { Journal } from '../service/journal.ts';
import { fieldsOf, textOf, wholeOf } from '../service/read.ts';
import type { ShopContext, ShopParts } from '../service/start.ts';
import { Ledger, readLedgerEntry } from './ledger.ts';

/** Takes money and gives it back. */
export function payments({ instance, dataFolder }: ShopContext): ShopParts {
  const journal = new Journal({ folder: dataFolder, name: instance, read: readLedgerEntry });
  const ledger = new Ledger(journal);
  return {
    journal,
    routes: {
      'POST /charge': ({ body }) => {
        const fields = fieldsOf(body, 'the body');
        const limits = { from: 1, to: 1_000_000_000 };
        const amountCents = wholeOf(fields['amountCents'], 'amountCents', limits);
        return { status: 200, body: ledger.charge(textOf(fields['orderId'], 'orderId'), amountCents) };
      },
      'POST /refund': ({ body }) => {
        return { status: 200, body: ledger.refund(textOf(fieldsOf(body, 'the body')['orderId'], 'orderId')) };
      },
    },
  };
}
