import { expect, test } from 'vitest';
import { createStyle } from '../../../../cli/src/output/style.ts';
import { placeBreakerColumns } from '../../../../cli/src/tui/rows/breaker-columns.ts';
import { breaker, fixtureAt } from '../../support/fleet.ts';

const style = createStyle('none', false);
const breakers = [breaker('storefront/recommendations'), breaker('checkout/inventory')];

test.each([
  [60, false],
  [100, true],
  [120, true],
])('at %d columns names are whole; causes stand beside them: %s', (width, hasCause) => {
  const placed = placeBreakerColumns({ breakers, width, gap: width < 80 ? 1 : 2, now: fixtureAt, style });
  const widthOf = (name: string): number | undefined =>
    placed.find(({ column }) => column.name === name)?.width;
  expect(widthOf('breaker')).toBeGreaterThanOrEqual('storefront/recommendations'.length);
  expect(widthOf('cause') !== undefined).toBe(hasCause);
});
