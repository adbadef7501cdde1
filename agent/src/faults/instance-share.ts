export interface Share {
  /** What is shared out: two faults of one ratio fall on different instances. */
  readonly name: string;
  readonly instance: string;
  /** 0 to 1. */
  readonly ratio: number;
}

/** Whether an instance is of the share: always the same answer, and a larger ratio keeps who was of it. */
export function isChosen({ name, instance, ratio }: Share): boolean {
  return placeOf(`${name}@${instance}`) < ratio;
}

/**
 * A text's place in [0, 1): FNV-1a, then the finalizer of MurmurHash3, without which names that differ only
 * in their last digit would lie side by side.
 */
function placeOf(text: string): number {
  let value = 0x811c_9dc5;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x0100_0193);
  value = Math.imul(value ^ (value >>> 16), 0x85eb_ca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2_ae35);
  return ((value ^ (value >>> 16)) >>> 0) / 2 ** 32;
}
