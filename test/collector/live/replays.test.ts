import { EventEmitter } from 'node:events';
import { FakeClock } from '@holdfast/agent/testing';
import { type LogEntry, parseFilter } from '@holdfast/shared';
import { expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { LiveReader } from '../../../collector/src/live/live-reader.ts';
import { Replays } from '../../../collector/src/live/replays.ts';
import type { EventStore } from '../../../collector/src/store/event-store.ts';
import { realTime } from '../../support/time.ts';
import { waitFor } from '../../support/wait-for.ts';
import { startAt } from '../support/wire-agent.ts';

/** A log that has no end, an entry a millisecond. */
class EndlessLog {
  /** How many read it now, and the most that ever did at once. */
  readers = 0;
  most = 0;
  isStopped = false;

  get store(): EventStore {
    const store: Pick<EventStore, 'problem' | 'pastBeginsAt' | 'baseFor' | 'readFrom'> = {
      problem: undefined,
      pastBeginsAt: () => Promise.resolve(startAt),
      baseFor: () => Promise.resolve(undefined),
      readFrom: (id) => this.read(id),
    };
    return store as EventStore; // all that a replay asks of it
  }

  private async *read(after: number): AsyncGenerator<LogEntry> {
    this.most = Math.max(this.most, ++this.readers);
    try {
      for (let id = after + 1; ; id++) {
        await realTime.sleep(1);
        await waitFor(() => !this.isStopped, { what: 'the log' });
        yield { id, at: startAt + id, type: 'gap', agent, from: id, to: id };
      }
    } finally {
      this.readers--;
    }
  }
}

const agent = { service: 'shop', instance: 'shop-1', epoch: 'e' };

interface SlowReader {
  readonly reader: LiveReader;
  /** The frames that it was handed, as far as it has read. */
  readonly frames: string[];
  readAll(): void;
}

/** A reader whose connection takes a frame only when the test says so. */
function slowReader(clock: FakeClock): SlowReader {
  const frames: string[] = [];
  const taken: (() => void)[] = [];
  const socket = Object.assign(new EventEmitter(), { readyState: 1, close: () => {} });
  const write = (frame: Buffer, then: () => void): void => {
    frames.push(frame.toString('utf8'));
    taken.push(then);
  };
  const reader = new LiveReader({
    connection: { write } as unknown as ConstructorParameters<typeof LiveReader>[0]['connection'],
    socket: socket as unknown as WebSocket, // what it asks of one
    principal: { name: 'ada', role: 'admin', kind: 'open' } as unknown as LiveReader['principal'],
    clock,
  });
  const readAll = (): void => {
    for (let then = taken.shift(); then !== undefined; then = taken.shift()) then();
  };
  return { reader, frames, readAll };
}

function replaysOf(log: EndlessLog): {
  readonly clock: FakeClock;
  start(reader: LiveReader, at: number): Promise<boolean>;
  readonly replays: Replays;
} {
  const clock = new FakeClock(startAt + 3_600_000);
  const replays = new Replays({ store: log.store, clock, log: (_level, message) => expect.fail(message) });
  const filter = parseFilter('', 'live feed');
  if (!filter.ok) throw new Error('an empty filter is one');
  const start = async (reader: LiveReader, at: number): Promise<boolean> => {
    const asked = { filter: filter.filter, at: String(at), speed: 1, onNow: () => {} };
    return (await replays.start(reader, asked, () => true)).ok;
  };
  return { clock, start, replays };
}

test('a replay that is replaced folds no further', async () => {
  const log = new EndlessLog();
  const { clock, start, replays } = replaysOf(log);
  const { reader } = slowReader(clock);
  for (let turn = 0; turn < 20; turn++) {
    expect(await start(reader, startAt + 3_000_000)).toBe(true);
    await waitFor(() => log.readers === 1, { what: 'the fold' });
  }
  expect(log.most).toBe(1);
  replays.stopAll();
  await waitFor(() => log.readers === 0, { what: 'the end of the fold' });
});

test('what still folds for somebody who left takes a place', async () => {
  const log = new EndlessLog();
  const { clock, start, replays } = replaysOf(log);
  const readers = Array.from({ length: 9 }, () => slowReader(clock).reader);
  for (const reader of readers.slice(0, 8)) expect(await start(reader, startAt + 3_000_000)).toBe(true);
  await waitFor(() => log.readers === 8, { what: 'eight folds' });
  const [ninth] = readers.splice(8);
  if (ninth === undefined) throw new Error('there are nine');
  log.isStopped = true;
  replays.stopAll();
  expect(await start(ninth, startAt + 3_000_000)).toBe(false);
  log.isStopped = false;
  await waitFor(() => log.readers === 0, { what: 'the end of the folds' });
  expect(await start(ninth, startAt + 3_000_000)).toBe(true);
  replays.stopAll();
});

test('a replay begins with its snapshot however much waits before it', async () => {
  const log = new EndlessLog();
  const { clock, start, replays } = replaysOf(log);
  const { reader, frames, readAll } = slowReader(clock);
  reader.send([Buffer.alloc(1_024 * 1_024, 'p')]);
  expect(await start(reader, startAt + 10)).toBe(true);
  await waitFor(() => log.readers === 1, { what: 'the fold' });
  for (let turn = 0; turn < 20; turn++) await realTime.sleep(1);
  readAll();
  await waitFor(
    async () => {
      await clock.advance(250);
      readAll();
      return frames.length >= 3;
    },
    { what: 'two messages' },
  );
  const types = frames.slice(1).map((frame) => /"type":"(\w+)"/.exec(frame)?.[1]);
  expect(types.slice(0, 2)).toEqual(['snapshot', 'delta']);
  replays.stopAll();
});
