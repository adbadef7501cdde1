import { crc32 } from 'node:zlib';

/** Something on disk under a number: a batch, or another thing where that is 0. */
export interface StoredRecord {
  readonly seq: number;
  readonly frame: Buffer;
}

export interface ReadRecords {
  /** Whole ones, by ascending number. */
  readonly records: readonly StoredRecord[];
  /** Bytes that belong to none of them. */
  readonly damagedBytes: number;
  /** Whether the file ends in such bytes: what came last is not whole. */
  readonly isTorn: boolean;
}

/** What a record takes beside its bytes. */
export const recordOverhead = 16;

/**
 * A record as it stands in a file, all numbers with the highest byte first: length (4 bytes), CRC-32 of all
 * the rest (4), number (8), bytes.
 */
export function recordOf(seq: number, frame: Uint8Array): Uint8Array[] {
  const header = Buffer.alloc(recordOverhead);
  header.writeUInt32BE(frame.length, 0);
  header.writeBigUInt64BE(BigInt(seq), 8);
  header.writeUInt32BE(checksum(header, frame), 4);
  return [header, frame];
}

/**
 * All records of a file that are whole. Behind a damaged one it looks for the next that is whole, so that a
 * flipped bit costs one record and not all that follow. Never throws.
 */
export function readRecords(file: Buffer): ReadRecords {
  const records: StoredRecord[] = [];
  let readBytes = 0;
  let end = 0;
  const effort = { leftBytes: 4 * file.length };
  for (let at = 0; at + recordOverhead <= file.length && effort.leftBytes > 0; ) {
    const record = recordAt(file, at, effort);
    at += record === undefined ? 1 : recordOverhead + record.frame.length;
    if (record === undefined) continue;
    records.push(record);
    readBytes += recordOverhead + record.frame.length;
    end = at;
  }
  records.sort((a, b) => a.seq - b.seq);
  return { records, damagedBytes: file.length - readBytes, isTorn: end < file.length };
}

/** `effort` is what may be spent on checksums: junk could look like a long record at each of its bytes. */
function recordAt(file: Buffer, at: number, effort: { leftBytes: number }): StoredRecord | undefined {
  const length = file.readUInt32BE(at);
  if (length === 0 || length > file.length - at - recordOverhead) return undefined;
  const seq = file.readBigUInt64BE(at + 8);
  if (seq > highestSeq) return undefined;
  effort.leftBytes -= length;
  const start = at + recordOverhead;
  const frame = file.subarray(start, start + length);
  const isWhole = checksum(file.subarray(at, start), frame) === file.readUInt32BE(at + 4);
  return isWhole ? { seq: Number(seq), frame } : undefined;
}

const highestSeq = 2n ** 48n;

function checksum(header: Buffer, frame: Uint8Array): number {
  return crc32(frame, crc32(header.subarray(8, 16), crc32(header.subarray(0, 4))));
}
