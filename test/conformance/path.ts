import type { Agent } from '@holdfast/agent';
import type { FakeClock, MemoryCollector } from '@holdfast/agent/testing';
import type { CountColumn, EventKind, ResourceKind } from '@holdfast/shared';

/** What a path is driven on. */
export interface Stage {
  readonly agent: Agent;
  readonly clock: FakeClock;
  readonly collector: MemoryCollector;
}

type Counts = Readonly<Partial<Record<ResourceKind, Readonly<Partial<Record<CountColumn, number>>>>>>;

/** One way through a primitive, and all that the agent sends about it. */
export interface Path {
  /** What happens, as the page says it. */
  readonly when: string;
  drive(stage: Stage): Promise<unknown>;
  /** The counters that are not 0, by the kind of resource. */
  readonly counts: Counts;
  /** In the order in which they are sent. */
  readonly events: readonly EventKind[];
}

export interface Chapter {
  readonly title: string;
  readonly paths: readonly Path[];
}

/** A path through something that is made first: `of` makes it where the chapter's own does not fit. */
export interface PathThrough<T> {
  readonly when: string;
  readonly of?: (agent: Agent) => T;
  readonly drive: (subject: T, stage: Stage) => unknown;
  readonly counts: Counts;
  readonly events?: readonly EventKind[];
}

/** The paths through what `make` makes. */
export function chapter<T>(
  title: string,
  make: (agent: Agent) => T,
  paths: readonly PathThrough<T>[],
): Chapter {
  return {
    title,
    paths: paths.map(({ when, of = make, drive, counts, events = [] }) => ({
      when,
      drive: async (stage) => drive(of(stage.agent), stage),
      counts,
      events,
    })),
  };
}

/** An answer of the other side that is an error. */
export function status(code: number): Error {
  return Object.assign(new Error(`answered ${code}`), { status: code });
}

/** How a call ended, so that a path goes on after a rejection. */
export function settled(...calls: readonly Promise<unknown>[]): Promise<readonly string[]> {
  return Promise.all(
    calls.map((call) =>
      call.then(
        () => 'fulfilled',
        () => 'rejected',
      ),
    ),
  );
}

/** Never answers, but for an abort. */
export function hanging({ signal }: { readonly signal: AbortSignal }): Promise<never> {
  return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
}

export function throwing(error: Error): never {
  throw error;
}
