import type { Applied, DesiredState } from '@holdfast/shared';
import { FakeClock, MemoryCollector, SeededRandom } from '@holdfast/agent/testing';
import { CollectorClock } from '../../../agent/src/stream/collector-clock.ts';
import { Outbox } from '../../../agent/src/stream/outbox.ts';
import { Session } from '../../../agent/src/stream/session.ts';
import type { Transport } from '../../../agent/src/stream/transport.ts';
import { Recorder } from '../../../agent/src/telemetry/recorder.ts';

export interface TestStream {
  readonly clock: FakeClock;
  readonly recorder: Recorder;
  readonly outbox: Outbox;
  readonly session: Session;
  readonly collectorClock: CollectorClock;
  /** Faults that the parts reported. */
  readonly faults: unknown[];
  /** What the collector asked for. */
  readonly desired: DesiredState[];
}

export interface TestStreamOptions {
  readonly clock?: FakeClock;
  readonly memoryBytes?: number;
  /** Draws 0.5 unless given. */
  readonly random?: () => number;
}

/** Recorder, outbox and session as an agent has them, on a clock that stands still. */
export function createTestStream(transport: Transport, options: TestStreamOptions = {}): TestStream {
  const { clock = new FakeClock(1_700_000_000_000), memoryBytes = 4_194_304, random = () => 0.5 } = options;
  const faults: unknown[] = [];
  const desired: DesiredState[] = [];
  let run = 1;
  const internalError = (error: unknown): void => {
    faults.push(error);
  };
  const recorder = new Recorder({ clock, maxBytes: memoryBytes / 2, internalError });
  const outbox = new Outbox({ recorder, clock, maxBytes: memoryBytes / 2 });
  const collectorClock = new CollectorClock(clock);
  const kept = {};
  const session = new Session({
    transport,
    clock,
    random,
    recorder,
    outbox,
    collectorClock,
    kept,
    greet: () => ({
      ...kept,
      service: 'shop',
      instance: 'shop-1',
      epoch: `e${run}`,
      tags: {},
      agentVersion: '0.1.0',
      desiredVersion: desired.at(-1)?.version ?? 0,
      startedAt: 1_700_000_000_000,
    }),
    startOver: (refusedCount) => {
      run += 1;
      outbox.startOver(refusedCount);
    },
    apply: (wish): Applied => {
      desired.push(wish);
      return { type: 'applied', version: wish.version, problems: [] };
    },
    internalError,
  });
  recorder.onUrgent = () => session.flushSoon();
  return { clock, recorder, outbox, session, collectorClock, faults, desired };
}

/** A stream that is connected to a collector in memory. */
export async function connectedStream(
  options: TestStreamOptions = {},
): Promise<TestStream & { readonly collector: MemoryCollector }> {
  const clock = options.clock ?? new FakeClock(1_700_000_000_000);
  const collector = new MemoryCollector({ clock });
  const stream = createTestStream(collector, { ...options, clock });
  stream.session.start();
  await clock.advance(0);
  return { ...stream, collector };
}

/** A source of many calls for many resources, the same for the same seed. */
export function countCalls(recorder: Recorder, calls: number, seed = 1): void {
  const random = new SeededRandom(seed).next;
  for (let i = 0; i < calls; i++) {
    const meter = recorder.meter({ kind: 'circuit_breaker', name: `breaker ${Math.floor(random() * 10)}` });
    meter.count(Math.floor(random() * 3));
    meter.time(random() * 1_000);
  }
}
