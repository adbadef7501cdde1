import type { AgentIdentity, Hello } from '@holdfast/shared';
import type { ConnectionHost } from '../../../collector/src/ingest/connection.ts';
import { Journal, type JournalOptions, type Pending } from '../../../collector/src/journal/journal.ts';
import type { NewEntry, Saved } from '../../../collector/src/store/event-store.ts';
import { plainSeams, type Seams } from './seams.ts';
import { Store } from './store.ts';

export function ackBeforeCommit(): Seams {
  class Hasty extends Journal {
    override append(pending: Pending): void {
      pending.stored?.();
      super.append(pending);
    }
  }
  return { ...plainSeams, journal: (options) => new Hasty(options) };
}

export function ackOfFailedCommit(): Seams {
  class Careless extends Journal {
    override append(pending: Pending): void {
      super.append({ ...pending, failed: () => pending.stored?.() });
    }
  }
  return { ...plainSeams, journal: (options) => new Careless(options) };
}

export function foldOfFailedCommit(): Seams {
  class Eager extends Journal {
    private readonly apply: JournalOptions['apply'];

    constructor(options: JournalOptions) {
      super(options);
      this.apply = options.apply;
    }

    override append(pending: Pending): void {
      const failed = (error: unknown): void => {
        this.apply({ id: 0, at: 0, ...pending.fact });
        pending.failed?.(error);
      };
      super.append({ ...pending, failed });
    }
  }
  return { ...plainSeams, journal: (options) => new Eager(options) };
}

/** What an agent still holds is taken, whether it is stored or not. */
export function noDedupe(): Seams {
  return resumingAt((_stored, { first }) => first - 1);
}

export function resumeFromTheClientsIdea(): Seams {
  return resumingAt((_stored, { next }) => next - 1);
}

export function watermarkOneBehind(): Seams {
  return resumingAt((stored) => Math.max(0, stored - 1));
}

export function noGapRule(): Seams {
  return resumingAt((stored, { first }) => {
    if (first > stored + 1) throw new Error('batches are missing');
    return stored;
  });
}

export function oldConnectionIsHeard(): Seams {
  return { ...plainSeams, host: (host) => overlaid(host, { introduce: () => {} }) };
}

export function watermarkApart(): Seams {
  class Torn extends Store {
    protected override fail(entries: readonly NewEntry[]): void {
      for (const entry of entries) this.disk.appendRow(entry);
    }
  }
  return { ...plainSeams, store: (options) => new Torn(options) };
}

export function lastOfGroupForgotten(): Seams {
  class Forgetful extends Store {
    override append(entries: readonly NewEntry[], meanwhile?: () => void): Promise<readonly number[]> {
      return super.append(entries.length > 1 ? entries.slice(0, -1) : entries, meanwhile);
    }
  }
  return { ...plainSeams, store: (options) => new Forgetful(options) };
}

export function replayFromTooEarly(): Seams {
  class Repeating extends Store {
    override async load(): Promise<Saved> {
      const saved = await super.load();
      return { ...saved, folded: Math.max(0, saved.folded - 20) };
    }
  }
  return { ...plainSeams, store: (options) => new Repeating(options) };
}

/** No mutant: shows that stepping in is not what the simulation finds. */
export function unchanged(): Seams {
  return resumingAt((stored) => stored);
}

function resumingAt(answer: (stored: number, hello: Hello) => number): Seams {
  return {
    ...plainSeams,
    host: (host, hello) => {
      const storedOf = async (agent: AgentIdentity): Promise<number> => {
        const stored = await host.storedOf(agent);
        const said = hello();
        return said === undefined ? stored : answer(stored, said);
      };
      return overlaid(host, { storedOf });
    },
  };
}

/** The same host but for some of its methods. */
function overlaid(host: ConnectionHost, over: Partial<ConnectionHost>): ConnectionHost {
  return new Proxy(host, {
    get: (target, name) => {
      const value: unknown = Reflect.get(over, name) ?? Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
