import { describe, expect, test } from 'vitest';
import { chosenIndex, type Lists, press } from '../../../../cli/src/tui/model/press.ts';
import { initialUi, type UiState } from '../../../../cli/src/tui/model/ui-state.ts';
import { breaker, flag, heldBreaker } from '../../support/fleet.ts';

const lists: Lists = {
  breakers: [breaker('a/one', 'open'), heldBreaker('a/two'), breaker('a/three')],
  flags: [
    flag('first'),
    flag('second', {
      value: false,
      override: { key: 'second', value: false, by: 'mia', reason: 'load', setAt: 0, expiresAt: 1 },
    }),
    flag('text', { type: 'string', value: 'x', defaultValue: 'x' }),
  ],
};
const onFlags: UiState = { ...initialUi, focus: 'flags' };

function after(ui: UiState, ...keys: string[]): UiState {
  return keys.reduce((before, key) => press(before, key, lists).ui, ui);
}

describe('keys that move', () => {
  test.each([
    [['j'], 1],
    [['down', 'down'], 2],
    [['down', 'down', 'down', 'down'], 2],
    [['j', 'k', 'k'], 0],
    [['G'], 2],
    [['G', 'g'], 0],
    [['ctrl-d', 'up'], 1],
    [['page_down', 'page_up'], 0],
  ])('%j lead to row %d', (keys, row) => {
    expect(chosenIndex(after(initialUi, ...keys), lists)).toBe(row);
    expect(chosenIndex(after(onFlags, ...keys), lists)).toBe(row);
  });

  test('the chosen row keeps its choice when the order changes', () => {
    const ui = after(initialUi, 'j');
    const turned = { ...lists, breakers: lists.breakers.toReversed() };
    expect(chosenIndex(ui, turned)).toBe(1);
    expect(turned.breakers[1]?.name).toBe('two');
  });

  test('without a choice the cursor stays on the worst', () => {
    expect(chosenIndex(initialUi, { ...lists, breakers: lists.breakers.toReversed() })).toBe(0);
  });

  test.each(['tab', 'left', 'right'])('%s goes to the other pane and back', (key) => {
    expect(after(initialUi, key).focus).toBe('flags');
    expect(after(initialUi, key, key).focus).toBe('breakers');
  });
});

describe('keys that ask', () => {
  test.each([
    ['o', initialUi, 'Hold a/one open?', { kind: 'hold_breaker', service: 'a', name: 'one' }],
    ['o', after(initialUi, 'j'), 'Release a/two?', { kind: 'release_breaker', service: 'a', name: 'two' }],
    ['space', onFlags, 'Turn first off?', { kind: 'set_flag', key: 'first', value: false }],
    ['space', after(onFlags, 'j'), 'Turn second on?', { kind: 'set_flag', key: 'second', value: true }],
    ['c', after(onFlags, 'j'), 'Clear the override of second?', { kind: 'clear_flag', key: 'second' }],
  ])('%s asks before it acts', (key, ui, title, ask) => {
    const pressed = press(ui, key, lists);
    expect(pressed.ui.dialog).toMatchObject({ step: 'confirm', act: { words: { title }, ask } });
    expect(pressed.effect).toBeUndefined();
  });

  test('a hold on one instance is released where it is', () => {
    const held = heldBreaker('a/two', { instance: 'c5' });
    const { dialog } = press(initialUi, 'o', { ...lists, breakers: [held] }).ui;
    expect(dialog?.act).toMatchObject({
      words: { title: 'Release a/two on c5?' },
      ask: { kind: 'release_breaker', service: 'a', name: 'two', instance: 'c5' },
    });
  });

  test.each([
    ['c', onFlags, 'nobody has set first'],
    ['o', onFlags, 'o acts on a breaker: tab goes to the breakers'],
    ['space', initialUi, 'space acts on a flag: tab goes to the flags'],
  ])('%s says why it cannot', (key, ui, text) => {
    expect(after(ui, key)).toMatchObject({ dialog: undefined, notice: { text } });
  });

  test('a flag with a degraded value moves between that and its default', () => {
    const level = flag('level', {
      type: 'string',
      value: 'full',
      defaultValue: 'full',
      degradedValue: 'basic',
    });
    const ask = (value: string): unknown =>
      press(onFlags, 'space', { ...lists, flags: [{ ...level, value }] }).ui.dialog?.act.ask;
    expect(ask('full')).toMatchObject({ value: 'basic' });
    expect(ask('basic')).toMatchObject({ value: 'full' });
  });
});

describe('a question', () => {
  const asked = after(initialUi, 'o');

  test('is answered with enter, for 15 minutes and without a reason', () => {
    expect(press(asked, 'enter', lists)).toMatchObject({
      ui: { dialog: { step: 'working' } },
      effect: { kind: 'perform', dialog: { forMs: 900_000, reason: '' } },
    });
  });

  test('is withdrawn with escape', () => {
    expect(press(asked, 'escape', lists)).toEqual({ ui: { ...asked, dialog: undefined } });
  });

  test('can be given another span, within what is offered', () => {
    expect(after(asked, 'right').dialog?.forMs).toBe(3_600_000);
    expect(after(asked, 'right', 'right', 'right', 'right').dialog?.forMs).toBe(86_400_000);
    expect(after(asked, 'left', 'left').dialog?.forMs).toBe(300_000);
  });

  test.each([
    [['y', 'space', 'q', 'j'], 'y qj'],
    [['支', '😀', 'x', 'backspace'], '支😀'],
    [['支', '😀', 'backspace'], '支'],
    [['backspace'], ''],
    [['a', 'b', 'ctrl-u', 'c'], 'c'],
    [['tab', 'up', 'ctrl-d', '\u0007', '\u202e', 'a'], 'a'],
  ])('takes what is typed for the reason: %j', (keys, reason) => {
    expect(after(asked, ...keys).dialog?.reason).toBe(reason);
  });

  test('takes no longer reason than the collector does', () => {
    const keys = Array.from({ length: 600 }, () => 'x');
    expect(after(asked, ...keys).dialog?.reason).toHaveLength(512);
  });
});

test('x shows only problems, and all again', () => {
  expect(after(initialUi, 'x').problemsOnly).toBe(true);
  expect(after(initialUi, 'x', 'x').problemsOnly).toBe(false);
});

test('help closes with any key, which does nothing else', () => {
  expect(after(initialUi, '?').isHelpOpen).toBe(true);
  expect(after(initialUi, '?', 'x')).toMatchObject({ isHelpOpen: false, problemsOnly: false });
});

test.each(['q', 'ctrl-c'])('%s quits', (key) => {
  expect(press(initialUi, key, lists).effect).toEqual({ kind: 'quit' });
});

test('ctrl-c quits from a question too', () => {
  expect(press(after(initialUi, 'o'), 'ctrl-c', lists).effect).toEqual({ kind: 'quit' });
});
