import { fieldsOf, textOf, wholeOf } from './service/read.ts';

export interface OrderLine {
  readonly sku: string;
  readonly quantity: number;
}

/** @throws {ShapeError} naming the field. */
export function readLine(value: unknown, what: string): OrderLine {
  const fields = fieldsOf(value, what);
  return {
    sku: textOf(fields['sku'], `${what}.sku`),
    quantity: wholeOf(fields['quantity'], `${what}.quantity`, { from: 1, to: 10_000 }),
  };
}
