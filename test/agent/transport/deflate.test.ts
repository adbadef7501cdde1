import { inflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { liveState, sendBatch } from '../../../agent/src/stream/session-state.ts';
import type { Link } from '../../../agent/src/stream/transport.ts';
import { createDeflate } from '../../../agent/src/transport/deflate.ts';
import { waitFor } from '../../support/wait-for.ts';

const large = Buffer.from(JSON.stringify({ type: 'batch', text: 'again and '.repeat(500) }));
const limits = { batchBytes: 262_144, windowBatches: 8 };
const welcome = {
  type: 'welcome',
  stored: 0,
  dictionarySize: 0,
  limits,
  heartbeatMs: 15_000,
  now: 1,
} as const;

function linkOf(sent: string[]): Link {
  return {
    bufferedBytes: 0,
    send: () => void sent.push('text'),
    sendDeflated: () => void sent.push('deflated'),
    close: () => {},
    keepAlive: () => {},
  };
}

test('frames above 1 KiB become smaller and stay what they are', async () => {
  const deflate = createDeflate(() => {});
  const small = await waitFor(() => deflate(large), { what: 'what it needs to be loaded' });
  expect(small.length).toBeLessThan(large.length / 5);
  expect(inflateRawSync(small).equals(large)).toBe(true);
  expect(deflate(Buffer.alloc(1_024))).toBeUndefined();
});

test('a batch is deflated only where both sides can', async () => {
  const deflate = createDeflate(() => {});
  await waitFor(() => deflate(large), { what: 'what it needs to be loaded' });
  const sent: string[] = [];
  sendBatch(liveState(linkOf(sent), { ...welcome, caps: ['deflate'] }), large, deflate);
  sendBatch(liveState(linkOf(sent), { ...welcome, caps: ['deflate'] }), Buffer.from('{}'), deflate);
  sendBatch(liveState(linkOf(sent), { ...welcome, caps: ['deflate'] }), large);
  sendBatch(liveState(linkOf(sent), welcome), large, deflate);
  expect(sent).toEqual(['deflated', 'text', 'text', 'text']);
});
