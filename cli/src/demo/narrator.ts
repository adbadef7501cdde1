import { messageOf } from '../failure.ts';
import type { Story } from './story.ts';
import { type Stage, tell } from './storyteller.ts';

/** Tells its story, from the beginning whenever it is begun, until it is ended. */
export class Narrator {
  readonly #stage: Stage;
  readonly #story: Story;
  #end: AbortController | undefined;

  constructor(stage: Stage, story: Story) {
    this.#stage = stage;
    this.#story = story;
  }

  get isTelling(): boolean {
    return this.#end !== undefined;
  }

  begin(): void {
    this.end();
    this.#end = new AbortController();
    tell(this.#story, this.#stage, this.#end.signal).catch((error: unknown) => {
      this.#stage.say(`The story broke off: ${messageOf(error)}`);
    });
  }

  end(): void {
    this.#end?.abort();
    this.#end = undefined;
  }
}
