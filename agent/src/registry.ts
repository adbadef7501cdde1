/** Things with a name, each made once. */
export class Registry {
  readonly #known = new Map<string, unknown>();

  /**
   * Makes `kind` `name`, or returns the one that there is where no options are given. An `Error` where it
   * exists and options are given again: two places would each believe that theirs hold.
   */
  getOrMake<T>(what: { readonly kind: string; readonly name: string }, options: unknown, make: () => T): T {
    const key = [what.kind, what.name].join(' '); // a template would keep its parts in memory
    const known = this.#known.get(key);
    if (known === undefined) {
      const made = make();
      this.#known.set(key, made);
      return made;
    }
    if (options !== undefined) throw taken(what);
    return known as T; // only `make` of the same kind has set it
  }
}

/** Says that a name is taken, and what to do. */
export function taken({ kind, name }: { readonly kind: string; readonly name: string }): Error {
  return new Error(
    `${kind} \`${name}\` exists already; leave the options out to get it, or choose another name`,
  );
}
