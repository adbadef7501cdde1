import { FakeClock } from '@holdfast/agent/testing';
import { emptyView } from '@holdfast/shared';
import { describe, expect, test } from 'vitest';
import { Failure } from '../../../../cli/src/failure.ts';
import type { ActForm, ActRequest } from '../../../../cli/src/tui/model/act.ts';
import { tickMs, WatchModel } from '../../../../cli/src/tui/model/watch-model.ts';
import { breaker, fixtureAt, fleetView, troubledShop } from '../../support/fleet.ts';

interface Setting {
  readonly clock: FakeClock;
  readonly model: WatchModel;
  readonly asked: [ActRequest, ActForm][];
  readonly frames: () => number;
  readonly leftPast: () => number;
}

function watch(perform: () => Promise<string> = () => Promise.resolve('done')): Setting {
  const clock = new FakeClock();
  const asked: [ActRequest, ActForm][] = [];
  let left = 0;
  const model = new WatchModel({
    clock,
    perform: (ask, form) => {
      asked.push([ask, form]);
      return perform();
    },
    onQuit: () => {},
    onNow: () => void (left += 1),
  });
  let frames = 0;
  model.subscribe(() => void (frames += 1));
  return { clock, model, asked, frames: () => frames, leftPast: () => left };
}

function live(setting: Setting): Setting {
  setting.model.setConnection({ state: 'open' });
  setting.model.receive({ type: 'snapshot', view: troubledShop() });
  return setting;
}

test('a burst of messages is drawn once a tick', async () => {
  const { clock, model, frames } = live(watch());
  const before = frames();
  for (let index = 0; index < 20; index++) {
    model.receive({ type: 'delta', at: fixtureAt + index, resources: [breaker('checkout/payments')] });
  }
  await clock.advance(tickMs);
  expect(frames() - before).toBe(1);
  expect(model.state().view.at).toBe(fixtureAt + 19);
});

test('breakers stand worst first, and problems can be had alone', async () => {
  const { clock, model } = live(watch());
  expect(
    model
      .state()
      .breakers.map((row) => row.name)
      .slice(0, 3),
  ).toEqual(['payments', 'shipping', 'inventory']);
  model.press(['x']);
  await clock.advance(100);
  expect(model.state().breakers).toHaveLength(3);
});

test('durations count on between messages', async () => {
  const { clock, model } = live(watch());
  await clock.advance(2_000);
  expect(model.state().now).toBe(fixtureAt + 2_000);
});

describe('freshness', () => {
  test('is stale after three silent seconds, and the clock then stands still', async () => {
    const { clock, model } = live(watch());
    await clock.advance(1_000);
    expect(model.state().freshness).toMatchObject({ state: 'live' });
    await clock.advance(3_000);
    expect(model.state()).toMatchObject({ freshness: { state: 'stale', ageMs: 4_000 }, now: fixtureAt });
  });

  test('is stale at once without a connection, and live again after', async () => {
    const { clock, model } = live(watch());
    model.setConnection({ state: 'waiting', attempt: 1, failure: new Failure(5, 'gone'), retryAt: 0 });
    await clock.advance(tickMs);
    expect(model.state()).toMatchObject({ freshness: { state: 'stale' }, problem: 'gone' });
    live({ clock, model, asked: [], frames: () => 0, leftPast: () => 0 });
    expect(model.state().freshness).toEqual({ state: 'live', ageMs: 0 });
  });

  test('says why nothing has come yet', async () => {
    const { clock, model } = watch();
    expect(model.state()).toMatchObject({ freshness: { state: 'connecting' }, view: emptyView });
    model.setConnection({ state: 'waiting', attempt: 1, failure: new Failure(5, 'refused'), retryAt: 0 });
    await clock.advance(tickMs);
    expect(model.state()).toMatchObject({ freshness: { state: 'connecting' }, problem: 'refused' });
  });
});

describe('a confirmed act', () => {
  test('is carried out once, and what came of it is shown', async () => {
    const { clock, model, asked } = live(watch());
    model.press(['o']);
    model.press(['right']);
    model.press(['d', 'b', 'space', 'm', 'o', 'v', 'e']);
    model.press(['enter']);
    model.press(['enter']);
    await clock.advance(100);
    expect(asked).toEqual([
      [
        { kind: 'hold_breaker', service: 'checkout', name: 'payments' },
        { forMs: 3_600_000, reason: 'db move' },
      ],
    ]);
    expect(model.state().ui).toMatchObject({ dialog: undefined, notice: { text: 'done', tone: 'good' } });
  });

  test('that fails says why until a key is pressed', async () => {
    const { clock, model } = live(watch(() => Promise.reject(new Failure(7, 'changed meanwhile'))));
    model.press(['o']);
    model.press(['enter']);
    await clock.advance(100);
    expect(model.state().ui.dialog).toMatchObject({ step: 'failed', message: 'changed meanwhile' });
    model.press(['j']);
    await clock.advance(100);
    expect(model.state().ui.dialog).toBeUndefined();
  });

  test('does not follow from keys that came together with the question', async () => {
    const { clock, model, asked } = live(watch());
    model.press(['j', 'o', 'enter']);
    await clock.advance(100);
    expect(model.state().ui.dialog).toMatchObject({ step: 'confirm' });
    expect(asked).toEqual([]);
  });

  test('does not follow from a line end that was pasted', async () => {
    const { clock, model, asked } = live(watch());
    model.press(['o']);
    model.press(['a', 'enter', 'b', 'enter']);
    await clock.advance(100);
    expect(model.state().ui.dialog).toMatchObject({ step: 'confirm', reason: 'a b ' });
    expect(asked).toEqual([]);
  });

  test('is on the row as last shown, whatever has arrived since', async () => {
    const { clock, model } = live(watch());
    model.receive({ type: 'snapshot', view: fleetView({ resources: [breaker('a/b', 'open')] }) });
    model.receive({ type: 'delta', at: fixtureAt, resources: [breaker('a/a', 'open')] });
    model.press(['o']);
    await clock.advance(100);
    expect(model.state().ui.dialog?.act.words.title).toBe('Hold a/b open?');
  });
});

test('a held key is drawn at most every 40 ms', async () => {
  const { clock, model, frames } = live(watch());
  await clock.advance(100);
  const before = frames();
  for (let index = 0; index < 20; index++) {
    model.press(['j']);
    await clock.advance(10);
  }
  expect(frames() - before).toBeLessThanOrEqual(7);
  expect(model.state().ui.breaker).toBe('storefront/circuit_breaker/reviews');
});

describe('while the past is shown', () => {
  test.each(['o', 'space', 'c'])('%s does nothing, and says why', async (key) => {
    const { clock, model } = live(watch());
    model.receive({ type: 'delta', at: fixtureAt, replay: { speed: 10 } });
    model.press([key]);
    await clock.advance(100);
    expect(model.state().ui).toMatchObject({ dialog: undefined, notice: { tone: 'warn' } });
  });

  test('n goes back to now, and does nothing there', () => {
    const { model, leftPast } = live(watch());
    model.press(['n']);
    expect(leftPast()).toBe(0);
    model.receive({ type: 'delta', at: fixtureAt, replay: { speed: 10 } });
    model.press(['n']);
    expect(leftPast()).toBe(1);
  });
});
