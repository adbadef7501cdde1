/** A slow reader is seen to read on, and may be sent a ping, between two of them. */
const fragmentBytes = 65_536;

const text = 0x1;
const continuation = 0x0;
const final = 0x80;

/**
 * The frames of a text message from a server (RFC 6455), one for most, ready to be written to any number of
 * sockets: `ws` would frame it anew for each.
 */
export function textFrames(message: string): readonly Buffer[] {
  const payload = Buffer.from(message);
  const frames: Buffer[] = [];
  for (let from = 0; from === 0 || from < payload.length; from += fragmentBytes) {
    const part = payload.subarray(from, from + fragmentBytes);
    const isLast = from + fragmentBytes >= payload.length;
    frames.push(
      Buffer.concat([header(part.length, (from === 0 ? text : continuation) | (isLast ? final : 0)), part]),
    );
  }
  return frames;
}

function header(length: number, first: number): Buffer {
  if (length < 126) return Buffer.from([first, length]);
  if (length < 65_536) return Buffer.from([first, 126, length >> 8, length & 0xff]);
  const bytes = Buffer.alloc(10);
  bytes[0] = first;
  bytes[1] = 127;
  bytes.writeUIntBE(length, 4, 6);
  return bytes;
}
