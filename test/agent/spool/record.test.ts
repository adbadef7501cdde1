import { crc32 } from 'node:zlib';
import { SeededRandom } from '@holdfast/agent/testing';
import { expect, test } from 'vitest';
import { readRecords, recordOf, recordOverhead } from '../../../agent/src/spool/record.ts';
import { setting } from '../../support/setting.ts';

/** Every so many bytes; `npm run test:long` goes through all of them. */
const step = setting('DAMAGE_STEP', 37);
const segmentBytes = 65_536;

/** A segment of batches as they are sealed, of all lengths. */
function segment(): { readonly bytes: Buffer; readonly ends: readonly number[] } {
  const random = new SeededRandom(7).next;
  const parts: Uint8Array[] = [];
  const ends: number[] = [];
  for (let seq = 41, end = 0; end < segmentBytes; seq++) {
    const rest = segmentBytes - end - recordOverhead;
    const length = rest < 3_000 ? rest : 40 + Math.floor(random() * 2_500);
    const text = `{"type":"batch","seq":${seq},"sealedAt":1763720000900,"events":[`;
    parts.push(...recordOf(seq, Buffer.from(text.padEnd(length, '{"kind":"x"},').slice(0, length))));
    end += recordOverhead + length;
    ends.push(end);
  }
  return { bytes: Buffer.concat(parts), ends };
}

const whole = segment();
const seqs = whole.ends.map((_, index) => 41 + index);
/** The record that a byte belongs to, by its place. */
const recordAt = (byte: number): number => whole.ends.findIndex((end) => byte < end);
const sizeOf = (index: number): number => (whole.ends[index] ?? 0) - (whole.ends[index - 1] ?? 0);

test('a record is what the documents say', () => {
  const bytes = Buffer.concat(recordOf(7, Buffer.from('batch')));
  expect(bytes.readUInt32BE(0)).toBe(5);
  expect(bytes.readBigUInt64BE(8)).toBe(7n);
  const checked = Buffer.concat([bytes.subarray(0, 4), bytes.subarray(8)]);
  expect(bytes.readUInt32BE(4)).toBe(crc32(checked));
  expect(bytes.subarray(16).toString()).toBe('batch');
});

test('all that was written is read', () => {
  const { records, damagedBytes, isTorn } = readRecords(whole.bytes);
  expect(records.map(({ seq }) => seq)).toEqual(seqs);
  expect({ damagedBytes, isTorn }).toEqual({ damagedBytes: 0, isTorn: false });
});

test('a flipped bit costs the record that it is in', { timeout: 600_000 }, () => {
  for (let byte = 0; byte < segmentBytes; byte += step) {
    const bytes = Buffer.from(whole.bytes);
    bytes[byte] = (bytes[byte] ?? 0) ^ (1 << (byte % 8));
    const lost = recordAt(byte);
    expectLeft(bytes, { lost: [lost], damagedBytes: sizeOf(lost), isTorn: lost === seqs.length - 1 });
  }
});

test('a file that was cut keeps what is whole', { timeout: 600_000 }, () => {
  for (let length = 0; length < segmentBytes; length += step) {
    const kept = whole.ends.filter((end) => end <= length).length;
    const lost = seqs.map((_, index) => index).slice(kept);
    const damagedBytes = length - (whole.ends[kept - 1] ?? 0);
    expectLeft(whole.bytes.subarray(0, length), { lost, damagedBytes, isTorn: damagedBytes > 0 });
  }
});

test('bytes that have changed places cost the records that they are in', { timeout: 600_000 }, () => {
  const far = Math.floor(segmentBytes / 3);
  for (let byte = 0; byte + far < segmentBytes; byte += step) {
    const bytes = Buffer.from(whole.bytes);
    [bytes[byte], bytes[byte + far]] = [bytes[byte + far] ?? 0, bytes[byte] ?? 0];
    if (bytes.equals(whole.bytes)) continue;
    const lost = [recordAt(byte), recordAt(byte + far)];
    const isTorn = lost.includes(seqs.length - 1);
    expectLeft(bytes, { lost, damagedBytes: lost.reduce((sum, index) => sum + sizeOf(index), 0), isTorn });
  }
});

test('records that have changed places come in their order', () => {
  const halves = [whole.bytes.subarray(whole.ends[9]), whole.bytes.subarray(0, whole.ends[9])];
  expect(readRecords(Buffer.concat(halves)).records.map(({ seq }) => seq)).toEqual(seqs);
});

test('junk that looks like the beginning of records is soon given up', () => {
  const junk = Buffer.alloc(262_144);
  for (let byte = 0; byte < junk.length; byte += 12) junk[byte + 1] = 1;
  expect(readRecords(junk)).toEqual({ records: [], damagedBytes: junk.length, isTorn: true });
});

function expectLeft(
  bytes: Buffer,
  left: { readonly lost: readonly number[]; readonly damagedBytes: number; readonly isTorn: boolean },
): void {
  const { records, damagedBytes, isTorn } = readRecords(bytes);
  const kept = seqs.filter((_, index) => !left.lost.includes(index));
  const isExact = records.length === kept.length && records.every(({ seq }, index) => seq === kept[index]);
  if (isExact && damagedBytes === left.damagedBytes && isTorn === left.isTorn) return; // `expect` is slow
  expect({ seqs: records.map(({ seq }) => seq), damagedBytes, isTorn }).toEqual({
    seqs: kept,
    damagedBytes: left.damagedBytes,
    isTorn: left.isTorn,
  });
}
