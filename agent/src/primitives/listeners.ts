import { nearest } from '@holdfast/shared';

/**
 * Who listens to what. A listener that throws, or returns a promise that rejects, is reported and disturbs
 * neither the call nor the other listeners.
 */
export class Listeners<Events extends object> {
  readonly #names: readonly (keyof Events & string)[];
  readonly #internalError: (error: unknown) => void;
  /** In the order in which they came; a new array at each change, as a listener may end itself or others. */
  #listeners: readonly Listener[] = none;
  #posted: Posted[] | undefined = undefined;
  #isDelivering = false;

  constructor(names: readonly (keyof Events & string)[], internalError: (error: unknown) => void) {
    this.#names = names;
    this.#internalError = internalError;
  }

  /** Returns the function that ends it. Throws a `TypeError` for an event that does not exist. */
  on<K extends keyof Events & string>(event: K, listener: (event: Events[K]) => unknown): () => void {
    if (!this.#names.includes(event)) {
      const meant = nearest(event, this.#names) ?? this.#names.join(', ');
      throw new TypeError(`there is no event \`${event}\`; did you mean ${meant}?`);
    }
    if (typeof listener !== 'function')
      throw new TypeError(`the listener of \`${event}\` must be a function`);
    const added = { event, listener };
    this.#listeners = this.#listeners.concat(added); // exactly as long as it has to be, unlike a spread
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== added);
    };
  }

  hears(event: keyof Events & string): boolean {
    return this.#listeners.some((one) => one.event === event);
  }

  fire<K extends keyof Events & string>(event: K, payload: Events[K]): void {
    this.post(event, payload);
    this.deliver();
  }

  /** To be told with the next `deliver`. */
  post<K extends keyof Events & string>(event: K, payload: Events[K]): void {
    if (!this.hears(event)) return;
    this.#posted ??= [];
    if (this.#posted.length < maxPosted) this.#posted.push({ event, payload });
    else this.#internalError(new Error(`listeners of \`${event}\` set each other off`));
  }

  /**
   * Tells all that is posted. Where a listener sets off more, everybody hears of that after what came before
   * it, in the order in which it happened.
   */
  deliver(): void {
    if (this.#isDelivering || this.#posted === undefined) return;
    this.#isDelivering = true;
    for (const { event, payload } of this.#posted) {
      for (const one of this.#listeners)
        if (one.event === event) this.#call(one.listener, payload as Events[keyof Events]); // see `post`
    }
    this.#posted = undefined;
    this.#isDelivering = false;
  }

  #call(listener: (event: never) => unknown, payload: Events[keyof Events]): void {
    try {
      const answer = listener(payload as never); // only what `on` let in for this event
      if (answer instanceof Promise) answer.catch(this.#internalError);
    } catch (error) {
      this.#internalError(error);
    }
  }
}

interface Listener {
  readonly event: string;
  readonly listener: (event: never) => unknown;
}

interface Posted {
  readonly event: string;
  readonly payload: unknown;
}

/** In one delivery: more than that are two listeners that answer each other for ever. */
const maxPosted = 1_000;

const none: readonly Listener[] = [];
