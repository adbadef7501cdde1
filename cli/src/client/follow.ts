import type { LiveMessage, LiveQuestion } from '@holdfast/shared';
import type { Context } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Failure } from '../failure.ts';
import { openLive } from './live-client.ts';

/**
 * Hands on the live view until `until` aborts. A collector that is not there at the start, or wants another
 * token, is a failure; one that goes away later is waited for, with a word on stderr.
 */
export async function follow(
  { host, url, token, ca, say }: Context,
  on: {
    readonly until: AbortSignal;
    readonly question?: LiveQuestion;
    readonly message: (message: LiveMessage) => void;
  },
): Promise<void> {
  const { promise, resolve, reject } = promiseParts();
  let wasOpen = false;
  let isLost = false;
  const live = openLive({
    url,
    token,
    ca,
    clock: host.clock,
    random: host.random,
    ...(on.question === undefined ? {} : { question: on.question }),
    onMessage: on.message,
    onConnection(connection) {
      if (connection.state === 'open') {
        if (isLost) say('connected again');
        wasOpen = true;
        isLost = false;
      } else if (connection.state === 'waiting') {
        const isFinal = isLasting(connection.failure);
        if (!wasOpen || isFinal) reject(connection.failure);
        else if (!isLost) say(`${connection.failure.message}; trying again until it does`);
        isLost = true;
      }
    },
  });
  on.until.addEventListener('abort', resolve, { once: true });
  if (on.until.aborted) resolve();
  try {
    await promise;
  } finally {
    on.until.removeEventListener('abort', resolve);
    live.close();
  }
}

/** Trying again with the same token and the same question changes nothing. */
export function isLasting({ exitCode }: Failure): boolean {
  return exitCode === exitCodes.notAuthorised || exitCode === exitCodes.usage;
}

interface PromiseParts {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

function promiseParts(): PromiseParts {
  let resolve: () => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
