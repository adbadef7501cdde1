import type { Clock, IngestAnswer } from '@holdfast/shared';
import type { Post } from '../stream/request-session.ts';
import { type Ask, Refused } from './deliver.ts';
import { errorOf } from './errors.ts';
import { Passing } from './inheritance.ts';

export interface AskOptions {
  readonly post: Post;
  readonly clock: Clock;
  readonly readAnswer: (text: string) => IngestAnswer | undefined;
}

/** Asks by requests, and says of what fails whether it passes. */
export function createAsk({ post, clock, readAnswer }: AskOptions): Ask {
  return async (lines, signal) => {
    const abort = new AbortController();
    const timer = clock.setTimeout(() => abort.abort(new Error('no answer')), answerMs);
    try {
      const body = Buffer.concat(lines.flatMap((line) => [line, newline]));
      const { status, text } = await post(body, AbortSignal.any([abort.signal, signal])).catch(
        (error: unknown) => {
          throw new Passing(errorOf(error).message, { cause: error });
        },
      );
      const answer = status === 200 ? readAnswer(text) : undefined;
      if (answer !== undefined) return answer;
      const problem = `the collector answered ${status}: ${text.slice(0, 200)}`;
      // This run or a later one seems to be there: a connection that nobody has yet seen to be dead.
      if (status === 409) throw new Error(problem);
      const isRefused = status >= 400 && status < 500 && !passingStatuses.includes(status);
      throw isRefused ? new Refused(problem) : new Passing(problem);
    } finally {
      timer.cancel();
    }
  };
}

const answerMs = 30_000;
/** The token may be mended, and the collector have more time. */
const passingStatuses = [401, 403, 408, 429];
const newline = Buffer.from('\n');
