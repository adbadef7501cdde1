/**
 * Text that cannot steer a terminal. Names and error messages come from other machines: without control and
 * direction characters they can neither move the cursor, nor set the clipboard, nor read backwards.
 */
export function printable(text: string): string {
  return text.replace(/[\r\n\t\p{Zl}\p{Zp}]+/gu, ' ').replace(/[\p{Cc}\p{Bidi_Control}]/gu, '');
}

/** JSON with such characters escaped, so that it says the same and does nothing. */
export function printableJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replace(
    /[\u007f-\u009f\p{Bidi_Control}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
