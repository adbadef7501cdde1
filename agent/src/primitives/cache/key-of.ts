/** Makes keys of calls that were given none. */
export class KeySpace {
  readonly #numbers = new WeakMap<object, number>();
  #count = 0;

  /**
   * The function, its `this` and the arguments, where they say all. Throws a `TypeError` for an argument that
   * is an object.
   */
  keyOf(fn: object, self: unknown, args: readonly unknown[]): string {
    const own = isObject(self) ? `#${this.#numberOf(self)}` : partOf(self);
    return JSON.stringify([this.#numberOf(fn), own, ...args.map(partOf)]);
  }

  #numberOf(one: object): number {
    let number = this.#numbers.get(one);
    if (number === undefined) {
      number = this.#count += 1;
      this.#numbers.set(one, number);
    }
    return number;
  }
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

function partOf(arg: unknown): string {
  const type = typeof arg;
  if (isObject(arg) || type === 'symbol')
    throw new TypeError(`no key can be made of an argument that is a ${type}; give \`wrap\` a \`keyOf\``);
  return `${type} ${String(arg)}`;
}
