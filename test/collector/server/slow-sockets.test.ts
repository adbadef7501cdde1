import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { type Scope, scopeOfTest } from '../../support/scope.ts';
import { setting } from '../../support/setting.ts';
import { waitFor } from '../../support/wait-for.ts';
import { startTestCollector } from '../support/start-collector.ts';
import { batchWith, openedEvent, WireAgent } from '../support/wire-agent.ts';

/** Many take longer than the ten seconds that their headers may take: `npm run test:long -- slow-sockets`. */
const slowCount = setting('SLOW_SOCKETS', 0);
const usualCount = 300;

/** Begins a request and goes on with it a letter a second, or not at all. */
function beginSlowly(scope: Scope, port: number, beginning: string): { isOpen: boolean; isClosed: boolean } {
  const seen = { isOpen: false, isClosed: false };
  const socket = connect(port, '127.0.0.1', () => {
    seen.isOpen = true;
    socket.write(beginning);
  });
  socket.on('data', () => {});
  socket.on('error', () => {}); // `close` follows
  socket.on('close', () => (seen.isClosed = true));
  scope.onEnd(() => void socket.destroy());
  return seen;
}

const beginnings: readonly string[] = [
  '',
  'G',
  'GET /api/v1/status HTTP/1.1\r\n',
  'GET /api/v1/live HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nX-Slow: ',
];

test('hundreds of slow sockets keep nobody else waiting', async () => {
  const scope = scopeOfTest();
  const { url, port } = await startTestCollector(scope);
  const slow = Array.from({ length: slowCount || usualCount }, (_, index) =>
    beginSlowly(scope, port, beginnings[index % beginnings.length] ?? ''),
  );
  await waitFor(() => slow.every(({ isOpen }) => isOpen), { what: 'the slow sockets', withinMs: 30_000 });
  const good = await WireAgent.introduce(scope, url);
  good.send(batchWith(1, { events: [openedEvent()] }));
  await good.acknowledged(1);
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
  if (slowCount === 0) return;
  await waitFor(() => slow.every(({ isClosed }) => isClosed), { what: 'their end', withinMs: 60_000 });
  expect(good.closed).toBeUndefined();
}, 120_000);
