/** Makes a frame smaller; `undefined` where that is not worth it, or not possible now. */
export type Deflate = (frame: Uint8Array) => Uint8Array | undefined;

/** Deflates frames above 1 KiB. What it needs is loaded now, so that only those who use it carry it. */
export function createDeflate(internalError: (error: unknown) => void): Deflate {
  let deflateRaw: ((frame: Uint8Array) => Uint8Array) | undefined;
  import('node:zlib').then(({ deflateRawSync }) => {
    deflateRaw = (frame) => deflateRawSync(frame, { level: 1 }); // quick; higher ones gain little here
    return undefined;
  }, internalError);
  return (frame) => {
    if (frame.length <= smallestBytes || deflateRaw === undefined) return undefined;
    try {
      return deflateRaw(frame);
    } catch (error) {
      internalError(error);
      return undefined;
    }
  };
}

const smallestBytes = 1_024;
