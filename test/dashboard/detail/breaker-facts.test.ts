import { expect, test } from 'vitest';
import {
  breakerFigures,
  configFacts,
  instanceFacts,
  layerFacts,
} from '../../../dashboard/src/detail/breaker-facts.ts';
import { layers, openBreaker, sampleAt, sampleBreaker } from '../sample-breakers.ts';
import { failingFleet } from '../sample-fleet.ts';

const payments = openBreaker('checkout/payments', sampleAt);

test('the figures are those of the last ten seconds', () => {
  const figures = Object.fromEntries(breakerFigures(payments).map(({ label, value }) => [label, value]));
  expect(figures).toEqual({
    failed: '66 %',
    'calls/s': '90',
    'rejected/s': '61',
    'slow/s': '3.2',
    p50: '240 ms',
    p95: '1.42 s',
    p99: '2.00 s',
  });
});

test('the options stand as the code names them', () => {
  expect(configFacts(payments)).toContainEqual({ label: 'failureRatio', value: '0.5' });
});

test('the layers of the same pipeline tell what they do', () => {
  expect(layerFacts(payments, [payments, ...layers(), sampleBreaker('checkout/shipping')])).toEqual([
    { label: 'as a whole', value: '12 retries/s, 0.3 hedges won/s' },
    { label: 'bulkhead', value: '18 of 20 in flight, 7 waiting' },
    { label: 'fallback', value: '58 fallbacks/s' },
  ]);
});

test('instances are told by state, and those that are lost by name', () => {
  const agents = failingFleet().agents.filter((agent) => agent.service === 'payments');
  expect(instanceFacts(sampleBreaker('payments/ledger'), agents)).toEqual([
    { label: 'closed', value: '3 of 3' },
    { label: 'payments-1', value: 'not connected' },
  ]);
});
