/**
 * What errors that are the same to a person have in common: kind, code, and the message without what differs
 * from call to call. `1` is the version of the recipe, so that a better one does not look like new errors.
 */
export function fingerprintOf(type: string, code: string | undefined, message: string): string {
  const text = `${type}|${code ?? ''}|${normalise(message)}`;
  return `1:${hash(text, 0x811c_9dc5)}${hash(text, 0x2f0b_4a17)}`;
}

/** The first line, without numbers, identifiers and quoted values. */
function normalise(message: string): string {
  const end = message.indexOf('\n');
  const line = message.slice(0, end === -1 || end > maxLength ? maxLength : end);
  return line
    .replace(/(["'`])[^"'`]*\1/g, '*')
    .replace(/[0-9a-f]{8,}(?:-[0-9a-f]{4,})*/gi, '*')
    .replace(/\d+/g, '*');
}

/** FNV-1a: quick, and good enough to tell some thousand errors apart. */
function hash(text: string, seed: number): string {
  let value = seed;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x0100_0193);
  return (value >>> 0).toString(36).padStart(7, '0');
}

const maxLength = 256;
