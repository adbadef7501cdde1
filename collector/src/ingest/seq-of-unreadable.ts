/**
 * The sequence number of a batch that cannot be read, so that what comes behind it can be taken. Looks at the
 * text, as the frame may not even be JSON; `undefined` where it says of no batch.
 */
export function seqOfUnreadable(frame: Uint8Array): number | undefined {
  const text = Buffer.from(frame.buffer, frame.byteOffset, Math.min(frame.length, searchedBytes)).toString(
    'utf8',
  );
  if (!/"type"\s*:\s*"batch"/.test(text)) return undefined;
  const found = /"seq"\s*:\s*(\d{1,15})\s*[,}]/.exec(text);
  const seq = Number(found?.[1] ?? 0);
  return seq > 0 ? seq : undefined;
}

/** An agent writes type and seq first. */
const searchedBytes = 1_024;
