/** The same numbers for the same seed, as `Math.random` gives them: `random: new SeededRandom(7).next`. */
export class SeededRandom {
  #state: number;

  constructor(seed = 1) {
    this.#state = seed | 0;
  }

  /** A number in [0, 1). Bound, so that it can be handed on. */
  readonly next = (): number => {
    // Two rounds of a 32-bit mixer over a counter with an odd step: every seed has the full period.
    this.#state = (this.#state + 0x6d2b_79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 16), 0x21f0_aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a_2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}
