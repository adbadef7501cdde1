/**
 * Calls `run` when `signal` aborts, unless `unfollow` comes first. However many calls share a signal, they
 * have one listener there: of more than ten Node warns as of a leak. Who follows one that has aborted already
 * is never called.
 */
export function follow(signal: AbortSignal, run: () => void): void {
  let followers = followersOf.get(signal);
  if (followers === undefined) {
    followers = new Followers();
    followersOf.set(signal, followers);
  }
  if (followers.runs.size === 0) signal.addEventListener('abort', followers.tell, { once: true });
  followers.runs.add(run);
}

/** Does nothing where `run` does not follow it. */
export function unfollow(signal: AbortSignal, run: () => void): void {
  const followers = followersOf.get(signal);
  // A listener keeps the signal of a long time-out alive, so it stays no longer than it must.
  if (followers?.runs.delete(run) && followers.runs.size === 0)
    signal.removeEventListener('abort', followers.tell);
}

class Followers {
  readonly runs = new Set<() => void>();
  readonly tell = (): void => {
    try {
      for (const run of this.runs) run();
    } finally {
      this.runs.clear();
    }
  };
}

const followersOf = new WeakMap<AbortSignal, Followers>();
