import { agentSubprotocol, liveSubprotocol } from '@holdfast/shared';
import { connect } from 'node:net';
import { deflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { type Scope, scopeOfTest } from '../../support/scope.ts';
import { waitFor } from '../../support/wait-for.ts';
import { getRequest, upgradeHeaders } from '../support/raw-http.ts';
import { startTestCollector } from '../support/start-collector.ts';
import { batchWith, openedEvent, WireAgent } from '../support/wire-agent.ts';

const mask = Buffer.from([0, 0, 0, 0]); // a mask that changes nothing

/** A frame of a client: its first byte, and what it says of its length. */
function frame(first: number, payload: Buffer, length: number | bigint = payload.length): Buffer {
  const head =
    typeof length === 'bigint' || length > 65_535
      ? Buffer.concat([Buffer.from([first, 0xff]), bigEndian(BigInt(length))])
      : length > 125
        ? Buffer.from([first, 0xfe, length >> 8, length & 0xff])
        : Buffer.from([first, 0x80 | length]);
  return Buffer.concat([head, mask, payload]);
}

function bigEndian(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
}

const text = 0x81;
const bomb = deflateRawSync(Buffer.alloc(50_000_000, ' '));
const frames: readonly (readonly [string, Buffer])[] = [
  ['a length of a tebibyte', frame(text, Buffer.alloc(0), 2n ** 40n)],
  ['a length with its highest bit set', frame(text, Buffer.alloc(0), 2n ** 63n)],
  ['two megabytes of text', frame(text, Buffer.alloc(2_000_000, 0x20))],
  ['no mask', Buffer.from([text, 0x02, 0x7b, 0x7d])],
  ['a bit for compression that nobody agreed on', frame(0xc1, bomb.subarray(0, 1_000))],
  ['the other reserved bits', frame(0xb1, Buffer.from('{}'))],
  ['an unknown opcode', frame(0x83, Buffer.from('{}'))],
  ['an unknown opcode of control', frame(0x8f, Buffer.from('{}'))],
  ['text that is no UTF-8', frame(text, Buffer.from([0xc3, 0x28, 0xff, 0xfe]))],
  ['a ping in fragments', frame(0x09, Buffer.from('x'))],
  ['a ping of 200 bytes', frame(0x89, Buffer.alloc(200))],
  ['a close of one byte', frame(0x88, Buffer.from([1]))],
  ['a close with a code that is none', frame(0x88, Buffer.from([0x03, 0xed]))],
  ['a fragment without a beginning', frame(0x80, Buffer.from('x'))],
  ['text within a text', Buffer.concat([frame(0x01, Buffer.from('x')), frame(text, Buffer.from('x'))])],
  ['text in 300,000 fragments', Buffer.concat(Array.from({ length: 300_000 }, (_, i) => oneByte(i)))],
];

function oneByte(index: number): Buffer {
  return frame(index === 0 ? 0x01 : 0x00, Buffer.from('x'));
}

/** Whether the server hangs up on a client that sends these bytes over a WebSocket. */
function opened(
  scope: Scope,
  port: number,
  of: { path: string; subprotocol: string; bytes: Buffer },
): () => boolean {
  const headers = { Host: `127.0.0.1:${port}`, ...upgradeHeaders(of.subprotocol) };
  let isClosed = false;
  const socket = connect(port, '127.0.0.1', () => socket.write(getRequest(of.path, headers)));
  socket.once('data', () => socket.write(of.bytes));
  socket.on('data', () => {});
  socket.on('error', () => {}); // `close` follows
  socket.on('close', () => (isClosed = true));
  scope.onEnd(() => void socket.destroy());
  return () => isClosed;
}

test.each([
  ['/api/v1/agent', agentSubprotocol],
  ['/api/v1/live', liveSubprotocol],
])('%s hangs up on frames that nobody may send', async (path, subprotocol) => {
  const scope = scopeOfTest();
  const { url, port } = await startTestCollector(scope);
  const good = await WireAgent.introduce(scope, url);
  const before = process.memoryUsage().rss;
  let seq = 0;
  for (const [what, bytes] of frames) {
    const isClosed = opened(scope, port, { path, subprotocol, bytes });
    await waitFor(isClosed, { what: `the end after ${what}`, withinMs: 30_000, everyMs: 2 });
    good.send(batchWith(++seq, { events: [openedEvent()] }));
    await good.acknowledged(seq);
  }
  expect(good.closed).toBeUndefined();
  expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1_024 * 1_024);
});
