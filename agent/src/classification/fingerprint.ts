import { firstLineOf, isObject, nameOf } from './facts.ts';
import { topFrameOf } from './stack.ts';

/**
 * What errors that are the same to a person have in common: their type, their code, their message without
 * what differs from call to call, and the function of the host that is uppermost in their stack. `1` is the
 * version of the recipe, so that a better one does not look like new errors.
 */
export function fingerprintOf(error: unknown, code: string | undefined): string {
  const text = `${kindOf(error, code)}|${topFrameOf(error) ?? ''}`;
  return `1:${hash(text, 0x811c_9dc5)}${hash(text, 0x2f0b_4a17)}`;
}

/** The same without the stack, which is dear to read. Never throws, though a property of the error may. */
export function kindOf(error: unknown, code: string | undefined): string {
  try {
    const type = (isObject(error) ? nameOf(error) : undefined) ?? typeof error;
    return `${type}|${code ?? ''}|${normalise(firstLineOf(error))}`;
  } catch {
    return `unreadable|${code ?? ''}|`;
  }
}

/** Without quoted values, addresses, identifiers and numbers. */
function normalise(line: string): string {
  if (line === lastLine) return lastNormal;
  lastLine = line;
  lastNormal = line
    .replace(/(["'`])[^"'`]*\1/g, '*')
    .replace(/[\w.+-]{1,64}@[\w.-]+/g, '*')
    .replace(/[\da-f]{0,4}(?::[\da-f]{0,4}){2,7}/gi, '*')
    .replace(/\b[\da-f]{8,}(?:-[\da-f]{4,})*\b/gi, '*')
    // What has a digit and is that long is an identifier rather than a word.
    .replace(/\b(?=[a-z_]*\d)[\w-]{10,}/gi, '*')
    .replace(/\d+/g, '*');
  return lastNormal;
}

/** The same error often comes many times in a row. */
let lastLine = '';
let lastNormal = '';

/** FNV-1a: quick, and good enough to tell some thousand errors apart. */
function hash(text: string, seed: number): string {
  let value = seed;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x0100_0193);
  return (value >>> 0).toString(36).padStart(7, '0');
}
