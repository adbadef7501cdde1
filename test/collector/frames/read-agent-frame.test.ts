import {
  countColumns,
  readAgentMessage,
  type Result,
  type AgentMessage,
  type Rollup,
  type RollupRows,
  rowsOf,
  toColumns,
} from '@holdfast/shared';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readAgentFrame } from '../../../collector/src/frames/read-agent-frame.ts';

const largest = Number.MAX_SAFE_INTEGER;
const count = fc.oneof(fc.nat(3), fc.nat(1_000), fc.nat(largest));
const rollup: fc.Arbitrary<Rollup> = fc.record({
  resource: fc.nat(1_999),
  second: fc.integer({ min: 1_700_000_000, max: 1_700_000_600 }),
  counts: fc.array(count, { minLength: countColumns.length, maxLength: countColumns.length }),
  gauges: fc.record({ in_flight: fc.nat(), limit: fc.double({ min: 0, max: 1e6 }) }, { requiredKeys: [] }),
  latency: fc
    .uniqueArray(fc.nat(449), { maxLength: 6 })
    .chain((buckets) =>
      fc
        .array(count, { minLength: buckets.length, maxLength: buckets.length })
        .map((counts) =>
          [...buckets].sort((a, b) => a - b).flatMap((bucket, at) => [bucket, counts[at] ?? 0]),
        ),
    ),
});
const frame = fc
  .record({ rollups: fc.array(rollup, { maxLength: 8 }), isFollowed: fc.boolean() })
  .map(({ rollups, isFollowed }) =>
    JSON.stringify({
      type: 'batch',
      seq: 7,
      sealedAt: 1_700_000_000_000,
      events: [],
      rollups: toColumns(rollups),
      ...(isFollowed ? { dropped: { 'event:é,"rollups":{': 2 } } : {}),
    }),
  );

/** Both readers' answers in one form: rollups as rows. */
function asRows(read: Result<AgentMessage>): unknown {
  if (!read.ok || read.value.type !== 'batch') return read;
  const { rollups, rows, ...rest } = read.value;
  const known = rows ?? (rollups === undefined ? undefined : rowsOf(rollups));
  return { ...rest, rows: known === undefined ? undefined : plain(known) };
}

function plain({ resource, second, counts, gauges, records, ends }: RollupRows): unknown {
  return {
    resource: [...resource],
    second: Array.from(second),
    counts: counts.map(({ index, values }) => ({ index, values: Array.from(values) })),
    gauges,
    records: [...records],
    ends: [...ends],
  };
}

function expectSame(text: string): void {
  expect(asRows(readAgentFrame(Buffer.from(text)))).toEqual(asRows(readAgentMessage(text)));
}

test('a frame is read from bytes as it is from JSON', () => {
  fc.assert(fc.property(frame, expectSame), { numRuns: 500 });
});

test('what an agent writes is read from its bytes', () => {
  const rollups = fc.sample(rollup, 3).map((one) => ({ ...one, counts: one.counts.map((of) => of % 1_000) }));
  const text = JSON.stringify({
    type: 'batch',
    seq: 1,
    sealedAt: 1,
    events: [],
    rollups: toColumns(rollups),
  });
  const small = text.replace(/\d{16}/g, '1');
  expect(readAgentFrame(Buffer.from(small))).toHaveProperty('value.rows.ends.length', 3);
});

test('a damaged frame is judged as its JSON is', () => {
  const letter = fc.constantFrom(...'0129,[]{}":-.eE n\\é'.split(''));
  const damage = fc.record({ at: fc.double({ min: 0, max: 0.999, noNaN: true }), letter, length: fc.nat(2) });
  fc.assert(
    fc.property(frame, damage, (text, { at, letter: put, length }) => {
      const place = Math.floor(at * text.length);
      expectSame(text.slice(0, place) + put + text.slice(place + length));
    }),
    { numRuns: 3_000 },
  );
});

const columns = '"at":1,"resource":[0],"second":[0],"counts":{"success":[4]},"gauges":{},"latency":[[]]';
const start = '"type":"batch","seq":1,"sealedAt":1,"events":[]';

test.each([
  ['in a part that nobody knows', `{${start},"more":{"a":1,"rollups":{${columns}}}}`],
  ['in a part, and missing in the frame', `{${start},"more":{"a":1,"rollups":{${columns}}},"rollups":0}`],
  ['twice', `{${start},"rollups":{${columns}},"rollups":{${columns.replace('4', '5')}}}`],
  ['and then not', `{${start},"rollups":{${columns}},"rollups":null}`],
  ['and then 0', `{${start},"rollups":{${columns}},"rollups":0}`],
  ['before a field without a name', `{${start},"rollups":{${columns}},"":1}`],
  ['before a comma too much', `{${start},"rollups":{${columns}},}`],
  ['in a list', `{${start},"more":[{"a":1,"rollups":{${columns}}}]}`],
  ['in a text', JSON.stringify({ type: 'ping', sentAt: 1, more: `,"rollups":{${columns}}` })],
  ['of another message', `{"type":"bye","last":1,"rollups":{${columns}}}`],
  ['with spaces', `{${start},"rollups":{${columns.replaceAll(',', ', ')}}}`],
  ['in another order', `{${start},"rollups":{"gauges":{},${columns.replace(',"gauges":{}', '')}}}`],
  ['with one row too few', `{${start},"rollups":{${columns.replace('"second":[0]', '"second":[]')}}}`],
  ['with a leading zero', `{${start},"rollups":{${columns.replace('[4]', '[04]')}}}`],
])('rollups %s are read as in JSON', (_where, text) => {
  expectSame(text);
});
