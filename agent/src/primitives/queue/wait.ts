import { Deadline } from '../../time/deadlines.ts';
import { follow, unfollow } from '../follow.ts';

export interface WaitOptions<R> {
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
  readonly signal: AbortSignal | undefined;
  /** Where it stands while it waits. */
  readonly line: Set<unknown>;
}

/** Somebody who waits in a line until it is resolved, given up by its signal, or expires. */
export class Wait<V, R> extends Deadline {
  readonly value: V;
  onGivenUp: () => void = () => {};
  /** Answers what it is rejected with. */
  onExpired: () => unknown = () => undefined;
  readonly #options: WaitOptions<R>;
  readonly #giveUp: () => void;

  constructor(value: V, options: WaitOptions<R>) {
    super();
    this.value = value;
    this.#options = options;
    this.#giveUp = () => {
      this.#leave();
      this.onGivenUp();
      options.reject(options.signal?.reason);
    };
  }

  begin(): void {
    const { line, signal } = this.#options;
    line.add(this);
    if (signal !== undefined) follow(signal, this.#giveUp);
  }

  resolve(result: R): void {
    this.#leave();
    this.#options.resolve(result);
  }

  override expire(): void {
    this.#leave();
    this.#options.reject(this.onExpired());
  }

  #leave(): void {
    const { line, signal } = this.#options;
    this.list?.remove(this);
    line.delete(this);
    if (signal !== undefined) unfollow(signal, this.#giveUp);
  }
}
