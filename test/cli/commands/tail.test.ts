import { type FleetEvent, type LiveMessage } from '@holdfast/shared';
import { expect, test } from 'vitest';
import { run } from '../../../cli/src/run.ts';
import { scopeOfTest } from '../../support/scope.ts';
import { waitFor } from '../../support/wait-for.ts';
import { startFakeCollector } from '../support/fake-collector.ts';
import { createFakeHost, type FakeHost, runCommand } from '../support/fake-host.ts';
import { fixtureAt, fleetView, openedEvent, troubledShop } from '../support/fleet.ts';

function delta(...events: FleetEvent[]): LiveMessage {
  return { type: 'delta', at: fixtureAt, events };
}

function tail(url: string, ...options: string[]): { host: FakeHost; ended: Promise<number> } {
  const host = createFakeHost({ env: { HOLDFAST_URL: url } });
  const ended = run(['events', 'tail', ...options], host);
  scopeOfTest().onEnd(async () => {
    host.interrupt();
    await ended;
  });
  return { host, ended };
}

const lines = (host: FakeHost): string[] => host.stdout().trimEnd().split('\n');

test('follows, a line an event, after the last few', async () => {
  const events = [openedEvent('1'), openedEvent('2'), openedEvent('3')];
  const collector = await startFakeCollector(scopeOfTest(), { view: fleetView({ events }) });
  const { host, ended } = tail(collector.url, '-n', '2');
  await waitFor(() => lines(host).length === 2, { what: 'the last two' });
  collector.send(delta(openedEvent('4')));
  await waitFor(() => lines(host).length === 3, { what: 'the new one' });
  expect(lines(host)[2]).toMatch(
    /^2026-03-0\d \d\d:02:06 {2}checkout\/payments opened: 60 % of 10 calls failed$/,
  );
  host.interrupt();
  expect(await ended).toBe(130);
});

test('connects again by itself, and prints nothing twice', async () => {
  const collector = await startFakeCollector(scopeOfTest(), {
    view: fleetView({ events: [openedEvent('1')] }),
  });
  const { host } = tail(collector.url, '-o', 'ndjson');
  await waitFor(() => lines(host).length === 1 && collector.readerCount === 1, { what: 'the first' });
  collector.show(fleetView({ events: [openedEvent('1'), openedEvent('2')] }));
  collector.cutReaders();
  await waitFor(() => lines(host).length === 2, { what: 'what came while it was away' });
  const ids = lines(host).map((line) => (JSON.parse(line) as FleetEvent).id); // events
  expect(ids).toEqual(['1', '2']);
  expect(host.stderr()).toMatch(/cannot reach a collector.*\nconnected again\n$/);
});

test('shows what its filter lets through', async () => {
  const events = [openedEvent('1'), openedEvent('2')];
  const collector = await startFakeCollector(scopeOfTest(), { view: fleetView({ events }) });
  const { host } = tail(collector.url, '--filter', 'svc:nobody', '-n', '5');
  const other = tail(collector.url, '--filter', 'svc:checkout state:open').host;
  await waitFor(() => lines(other).length === 2, { what: 'both' });
  collector.send(delta(openedEvent('3')));
  await waitFor(() => lines(other).length === 3, { what: 'the new one' });
  expect(host.stdout()).toBe('');
});

test('CSV begins with its header', async () => {
  const collector = await startFakeCollector(scopeOfTest(), {
    view: fleetView({ events: [openedEvent('1')] }),
  });
  const { host } = tail(collector.url, '-o', 'csv');
  await waitFor(() => lines(host).length === 2, { what: 'header and event' });
  expect(lines(host)[0]).toBe('at,kind,service,instance,event,id\r');
});

test('a collector that is not there at the start is a failure', async () => {
  const collector = await startFakeCollector(scopeOfTest(), { view: fleetView() });
  await collector.close();
  expect(await runCommand(['events', 'tail'], { url: collector.url })).toMatchObject({ code: 5, stdout: '' });
});

test('a token that is not accepted is a failure', async () => {
  const collector = await startFakeCollector(scopeOfTest(), { view: fleetView(), token: 'right' });
  expect(await runCommand(['events', 'tail'], { url: collector.url })).toMatchObject({ code: 4 });
});

test('watch without a terminal says how things stand, and follows', async () => {
  const collector = await startFakeCollector(scopeOfTest(), { view: troubledShop() });
  const host = createFakeHost({ env: { HOLDFAST_URL: collector.url } });
  const ended = run(['watch'], host);
  await waitFor(() => lines(host).length === 2, { what: 'the two events' });
  expect(host.stderr()).toMatch(/^1 of 6 breakers OPEN/);
  host.interrupt();
  expect(await ended).toBe(130);
});
