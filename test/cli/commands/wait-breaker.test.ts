import { expect, test } from 'vitest';
import { run } from '../../../cli/src/run.ts';
import { scopeOfTest } from '../../support/scope.ts';
import { waitFor } from '../../support/wait-for.ts';
import { startFakeCollector } from '../support/fake-collector.ts';
import { createFakeHost, runCommand } from '../support/fake-host.ts';
import { breaker, fixtureAt, fleetView } from '../support/fleet.ts';

const open = fleetView({ resources: [breaker('checkout/payments', 'open')] });
const argv = ['wait', 'breaker', 'checkout/payments'];

test('returns at once where the state is there already', async () => {
  const { url } = await startFakeCollector(scopeOfTest(), { view: open });
  expect(await runCommand([...argv, '--state', 'open'], { url })).toMatchObject({
    code: 0,
    stdout: 'checkout/payments is open\n',
  });
});

test('returns when the breaker comes into the state', async () => {
  const collector = await startFakeCollector(scopeOfTest(), { view: open });
  const host = createFakeHost({ env: { HOLDFAST_URL: collector.url } });
  const ended = run(argv, host);
  await waitFor(() => collector.readerCount === 1, { what: 'the reader' });
  collector.send({ type: 'delta', at: fixtureAt, resources: [breaker('checkout/payments')] });
  expect(await ended).toBe(0);
});

test('ends with 6 when time is up, and says how it is', async () => {
  const { url } = await startFakeCollector(scopeOfTest(), { view: open });
  expect(await runCommand([...argv, '--timeout', '50ms'], { url })).toMatchObject({
    code: 6,
    stderr: 'holdfast: checkout/payments is open, not closed, after 0 s\n',
  });
});

test('ends with 130 when it is interrupted', async () => {
  const collector = await startFakeCollector(scopeOfTest(), { view: open });
  const host = createFakeHost({ env: { HOLDFAST_URL: collector.url } });
  const ended = run(argv, host);
  await waitFor(() => collector.readerCount === 1, { what: 'the reader' });
  host.interrupt();
  expect(await ended).toBe(130);
});

test('ends with 3 at once for a breaker that nobody has', async () => {
  const { url } = await startFakeCollector(scopeOfTest(), { view: open });
  expect((await runCommand(['wait', 'breaker', 'checkout/nothing'], { url })).code).toBe(3);
});
