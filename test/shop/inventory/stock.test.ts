import { describe, expect, test } from 'vitest';
import { readReservation, Stock } from '../../../examples/shop/src/inventory/stock.ts';
import { Journal } from '../../../examples/shop/src/service/journal.ts';
import { scopeOfTest } from '../../support/scope.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const line = [{ sku: 'anchor-8kg', quantity: 10 }];

function stock(folder?: string): Stock {
  return new Stock(new Journal({ folder, name: 'inventory-1', read: readReservation }));
}

describe('stock', () => {
  test('an order reserves once however often it asks', () => {
    const shelves = stock();
    shelves.reserve('o-1', line);
    shelves.reserve('o-1', line);
    expect(shelves.available('anchor-8kg')).toBe(110);
  });

  test('a release puts everything back, once', () => {
    const shelves = stock();
    shelves.reserve('o-1', line);
    shelves.release('o-1');
    shelves.release('o-1');
    expect(shelves.available('anchor-8kg')).toBe(120);
  });

  test('a release that overtakes its reservation voids it', () => {
    const shelves = stock();
    shelves.release('o-1');
    expect(() => shelves.reserve('o-1', line)).toThrow('given up');
    expect(shelves.available('anchor-8kg')).toBe(120);
  });

  test('a release fetches a parcel back', () => {
    const shelves = stock();
    shelves.reserve('o-1', line);
    shelves.ship('o-1');
    expect(shelves.release('o-1').state).toBe('released');
    expect(() => shelves.ship('o-1')).toThrow('nothing is reserved');
  });

  test('more than there is reserves nothing at all', () => {
    const shelves = stock();
    const both = [...line, { sku: 'lantern', quantity: 10_000 }];
    expect(() => shelves.reserve('o-1', both)).toThrow('300 of lantern left');
    expect(shelves.available('anchor-8kg')).toBe(120);
  });

  test('a shelf that runs low is filled again', () => {
    const shelves = stock();
    shelves.reserve('o-1', [{ sku: 'anchor-8kg', quantity: 115 }]);
    expect(shelves.available('anchor-8kg')).toBe(120);
  });

  test('a restart still knows what was reserved', async () => {
    const folder = await temporaryFolder(scopeOfTest());
    stock(folder).reserve('o-1', line);
    const restarted = stock(folder);
    expect(restarted.ship('o-1')).toMatchObject({ state: 'shipped', lines: line });
  });
});
