import { describe, expect, test } from 'vitest';
import { Ledger, readLedgerEntry } from '../../../examples/shop/src/payments/ledger.ts';
import { Journal } from '../../../examples/shop/src/service/journal.ts';
import { scopeOfTest } from '../../support/scope.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

function ledger(folder?: string): Ledger {
  return new Ledger(new Journal({ folder, name: 'payments-1', read: readLedgerEntry }));
}

describe('the ledger', () => {
  test('a charge is made once however often it is asked for', () => {
    const book = ledger();
    expect(book.charge('o-1', 900)).toEqual(book.charge('o-1', 900));
  });

  test('another amount for the same order is refused', () => {
    const book = ledger();
    book.charge('o-1', 900);
    expect(() => book.charge('o-1', 901)).toThrow('900 cents already');
  });

  test('a refund that overtakes its charge voids it', () => {
    const book = ledger();
    expect(book.refund('o-1').state).toBe('voided');
    expect(() => book.charge('o-1', 900)).toThrow('voided already');
  });

  test('a refund happens once', () => {
    const book = ledger();
    book.charge('o-1', 900);
    expect(book.refund('o-1').state).toBe('refunded');
    expect(book.refund('o-1').state).toBe('refunded');
  });

  test('what no card covers is declined', () => {
    expect(() => ledger().charge('o-1', 1_000_001)).toThrow('the card does not cover it');
  });

  test('a charge survives a crash between charge and answer', async () => {
    const folder = await temporaryFolder(scopeOfTest());
    const before = ledger(folder).charge('o-1', 900);
    expect(ledger(folder).charge('o-1', 900)).toEqual(before);
  });
});
