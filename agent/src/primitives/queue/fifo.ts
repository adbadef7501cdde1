/** First in, first out, each in the same short time however many there are: `Array.shift` moves all. */
export class Fifo<T> {
  length = 0;
  #first: Link<T> | undefined;
  #last: Link<T> | undefined;

  push(value: T): void {
    const link: Link<T> = { value, next: undefined };
    if (this.#last === undefined) this.#first = link;
    else this.#last.next = link;
    this.#last = link;
    this.length += 1;
  }

  shift(): T | undefined {
    const first = this.#first;
    if (first === undefined) return undefined;
    this.#first = first.next;
    if (first.next === undefined) this.#last = undefined;
    this.length -= 1;
    return first.value;
  }
}

interface Link<T> {
  readonly value: T;
  next: Link<T> | undefined;
}
