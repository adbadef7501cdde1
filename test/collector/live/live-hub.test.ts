import { FakeClock } from '@holdfast/agent/testing';
import { parseFilter } from '@holdfast/shared';
import { expect, test } from 'vitest';
import { createLocalBus } from '../../../collector/src/bus/bus.ts';
import { type FoldedState, foldsFrom } from '../../../collector/src/fold/folded-state.ts';
import { LiveHub } from '../../../collector/src/live/live-hub.ts';
import type { LiveReader } from '../../../collector/src/live/live-reader.ts';
import { startAt } from '../support/wire-agent.ts';

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
