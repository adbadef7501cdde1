/** CRC-32C (Castagnoli) of these bytes; `before` is that of the bytes in front of them. */
export function crc32c(bytes: Uint8Array, before = 0): number {
  const table = (tables ??= makeTables());
  const of = (place: number, byte: number): number => table[(place << 8) | (byte & 0xff)] ?? 0;
  let crc = ~before;
  let at = 0;
  // Four bytes in one go: nearly three times as fast as one after the other.
  for (const end = bytes.length - 3; at < end; at += 4) {
    crc ^= byteAt(bytes, at) | (byteAt(bytes, at + 1) << 8);
    crc ^= (byteAt(bytes, at + 2) << 16) | (byteAt(bytes, at + 3) << 24);
    crc = of(3, crc) ^ of(2, crc >>> 8) ^ of(1, crc >>> 16) ^ of(0, crc >>> 24);
  }
  for (; at < bytes.length; at += 1) crc = of(0, crc ^ byteAt(bytes, at)) ^ (crc >>> 8);
  return ~crc >>> 0;
}

function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}

/** What a byte comes to, by how many others follow it. */
let tables: Int32Array | undefined;

function makeTables(): Int32Array {
  const made = new Int32Array(4 * 256);
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ reversedPolynomial : crc >>> 1;
    made[byte] = crc;
  }
  for (let entry = 256; entry < made.length; entry += 1) {
    const shorter = made[entry - 256] ?? 0;
    made[entry] = (made[shorter & 0xff] ?? 0) ^ (shorter >>> 8);
  }
  return made;
}

const reversedPolynomial = 0x82f63b78;
