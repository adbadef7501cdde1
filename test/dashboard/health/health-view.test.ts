import { expect, test } from 'vitest';
import { healthSummary } from '../../../dashboard/src/health/health-view.ts';
import { checks, sampleAt } from '../sample-breakers.ts';

test('what fails stands alone and first, what is up in one line', () => {
  const { failing, passing } = healthSummary(checks(sampleAt));
  expect(failing.map(({ resource, status }) => [resource.name, status])).toEqual([
    ['bank', 'down'],
    ['warehouse', 'degraded'],
  ]);
  expect(passing).toEqual([
    { service: 'payments', names: ['database'] },
    { service: 'storefront', names: ['cache'] },
  ]);
});

test('a check whose instances are gone is unknown, not up', () => {
  const [database] = checks(sampleAt);
  if (database === undefined) throw new Error('the sample has no check');
  const { failing } = healthSummary([{ ...database, staleCount: database.instanceCount }]);
  expect(failing.map(({ status }) => status)).toEqual(['unknown']);
});
