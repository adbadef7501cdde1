import { FakeClock } from '@holdfast/agent/testing';
import { parseFilter } from '@holdfast/shared';
import { expect, test } from 'vitest';
import { createLocalBus } from '../../../collector/src/bus/bus.ts';
import { type FoldedState, foldsFrom } from '../../../collector/src/fold/folded-state.ts';
import { LiveHub } from '../../../collector/src/live/live-hub.ts';
import type { LiveReader } from '../../../collector/src/live/live-reader.ts';
import { startAt } from '../support/wire-agent.ts';

test('a question that fails sends only its own readers away', async () => {
  const clock = new FakeClock(startAt);
  const logged: string[] = [];
  const log = (_level: string, message: string): void => void logged.push(message);
  const { fleet } = foldsFrom(undefined, []);
  const state = { fleet } as unknown as FoldedState; // all that the hub asks of it
  const hub = new LiveHub({ state, store: { problem: undefined }, bus: createLocalBus(log), clock, log });
  const said: string[] = [];
  const readerNamed = (name: string, send: () => boolean): LiveReader =>
    ({
      queuedBytes: 0,
      send,
      socket: { close: (code: number) => said.push(`${name} ${code}`) },
    }) as object as LiveReader; // as far as the hub knows it
  let isBroken = false;
  const broken = (): boolean => {
    if (isBroken) throw new Error('a message broke');
    return true;
  };
  let heard = 0;
  const join = (text: string, reader: LiveReader): boolean => {
    const parsed = parseFilter(text, 'live feed');
    return parsed.ok && hub.join(reader, { text, filter: parsed.filter, cursor: undefined }).ok;
  };
  expect(join('state:open', readerNamed('a', broken))).toBe(true);
  expect(
    join(
      '',
      readerNamed('all', () => ++heard > 0),
    ),
  ).toBe(true);
  isBroken = true;
  await clock.advance(2_000);
  expect(said).toEqual(['a 1011']);
  expect(heard).toBeGreaterThan(1);
  expect(join('state:open', readerNamed('b', broken))).toBe(false);
  expect(said).toEqual(['a 1011']);
  expect(logged).toEqual([
    'the live view of "state:open" failed: a message broke',
    'a live view cannot be begun: a message broke',
  ]);
  hub.close();
});

test('a view that fails sends its readers away and works again', async () => {
  const clock = new FakeClock(startAt);
  const logged: string[] = [];
  const log = (_level: string, message: string): void => void logged.push(message);
  const { fleet } = foldsFrom(undefined, []);
  let isBroken = false;
  const state = { fleet } as unknown as FoldedState; // all that the hub asks of it
  const store = {
    get problem() {
      if (isBroken) throw new Error('a figure broke');
      return undefined;
    },
  };
  const hub = new LiveHub({ state, store, bus: createLocalBus(log), clock, log });
  const closed: number[] = [];
  const heard: unknown[] = [];
  const reader = {
    queuedBytes: 0,
    send: (frames: unknown) => heard.push(frames) > 0,
    socket: { close: (code: number) => closed.push(code) },
  } as unknown as LiveReader; // as far as the hub knows it
  const parsed = parseFilter('', 'live feed');
  if (!parsed.ok) throw new Error('an empty filter is one');
  const asked = { text: '', filter: parsed.filter, cursor: undefined };
  expect(hub.join(reader, asked).ok).toBe(true);
  isBroken = true;
  await clock.advance(500);
  expect(closed).toEqual([1011]);
  expect(logged).toEqual(['the live view failed: a figure broke']);
  isBroken = false;
  const before = heard.length;
  expect(hub.join(reader, asked).ok).toBe(true);
  await clock.advance(2_000);
  expect(heard.length).toBeGreaterThan(before + 1);
  hub.close();
});
