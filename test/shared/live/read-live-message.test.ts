import { emptyView, readLiveMessage } from '@holdfast/shared';
import { expect, test } from 'vitest';

test('reads a snapshot and a delta', () => {
  const snapshot = { type: 'snapshot', view: emptyView };
  const delta = { type: 'delta', at: 5, removed: ['a/circuit_breaker/b'] };
  expect(readLiveMessage(JSON.stringify(snapshot))).toEqual({ ok: true, value: snapshot });
  expect(readLiveMessage(JSON.stringify(delta))).toEqual({ ok: true, value: delta });
});

test.each([
  ['{', 'the message is not JSON'],
  ['{"type":"hello"}', 'the message.type must be one of snapshot, delta, refused, got "hello"'],
  ['{"type":"snapshot"}', 'the message.view must be an object, got nothing'],
  [
    '{"type":"delta","at":1,"resources":[{}]}',
    'the message.resources[0].address must be a string, got nothing',
  ],
])('refuses %s by name', (frame, problem) => {
  expect(readLiveMessage(frame)).toEqual({ ok: false, problem });
});
