import { type FlagView, overrideLimits, type ResourceView } from '@holdfast/shared';
import { type Act, breakerAct, clearAct, toggleAct } from './act.ts';
import { pressInDialog } from './press-in-dialog.ts';
import { type Dialog, type Notice, panes, type UiState } from './ui-state.ts';

/** The rows that the keys move among, in the order of the screen. */
export interface Lists {
  readonly breakers: readonly ResourceView[];
  readonly flags: readonly FlagView[];
}

/** A key by its name: a printed character, or `up` `down` `left` `right` `tab` `enter` `escape` and so on. */
export type Key = string;

export interface Pressed {
  readonly ui: UiState;
  /** What is to be done besides. */
  readonly effect?: { readonly kind: 'quit' | 'now' } | { readonly kind: 'perform'; readonly dialog: Dialog };
}

/** What a key does. */
export function press(ui: UiState, key: Key, lists: Lists): Pressed {
  if (key === 'ctrl-c') return { ui, effect: { kind: 'quit' } };
  if (ui.dialog !== undefined) {
    const { dialog, isConfirmed } = pressInDialog(ui.dialog, key);
    const pressed = { ui: { ...ui, dialog } };
    return isConfirmed && dialog !== undefined
      ? { ...pressed, effect: { kind: 'perform', dialog } }
      : pressed;
  }
  if (key === 'q') return { ui, effect: { kind: 'quit' } };
  const rested = { ...ui, notice: undefined };
  if (ui.isHelpOpen) return { ui: { ...rested, isHelpOpen: false } };
  return { ui: { ...rested, ...changeBy(key, rested, lists) } };
}

/** What a key does besides, or does not, while the past is shown. */
export function pressInPast(ui: UiState, key: Key): Pressed | undefined {
  if (ui.dialog !== undefined || ui.isHelpOpen) return undefined;
  if (key === 'n') return { ui: { ...ui, notice: undefined }, effect: { kind: 'now' } };
  if (key !== 'o' && key !== 'space' && key !== 'c') return undefined;
  return { ui: { ...ui, notice: hint('this is the past: what you do is done now, and n goes there') } };
}

/** The index of the chosen row; the first where nothing is chosen or what was chosen is gone. */
export function chosenIndex(ui: UiState, lists: Lists): number {
  const index =
    ui.focus === 'breakers'
      ? lists.breakers.findIndex((row) => row.address === ui.breaker)
      : lists.flags.findIndex((row) => row.key === ui.flag);
  return Math.max(0, index);
}

const page = 10;

function changeBy(key: Key, ui: UiState, lists: Lists): Partial<UiState> {
  switch (key) {
    case 'up':
    case 'k':
      return move(ui, lists, -1);
    case 'down':
    case 'j':
      return move(ui, lists, 1);
    case 'page_up':
    case 'ctrl-u':
      return move(ui, lists, -page);
    case 'page_down':
    case 'ctrl-d':
      return move(ui, lists, page);
    case 'g':
    case 'home':
      return ui.focus === 'breakers' ? { breaker: undefined } : { flag: undefined };
    case 'G':
    case 'end':
      return move(ui, lists, Number.MAX_SAFE_INTEGER);
    case 'tab':
    case 'left':
    case 'right':
    case 'h':
    case 'l':
      return { focus: ui.focus === 'breakers' ? panes[1] : panes[0] };
    case 'x':
      return { problemsOnly: !ui.problemsOnly };
    case '?':
      return { isHelpOpen: true };
    default:
      return actBy(key, ui, lists);
  }
}

function move(ui: UiState, lists: Lists, by: number): Partial<UiState> {
  const rows = ui.focus === 'breakers' ? lists.breakers : lists.flags;
  const index = Math.min(Math.max(0, chosenIndex(ui, lists) + by), rows.length - 1);
  return ui.focus === 'breakers'
    ? { breaker: lists.breakers[index]?.address }
    : { flag: lists.flags[index]?.key };
}

function actBy(key: Key, ui: UiState, lists: Lists): Partial<UiState> {
  const index = chosenIndex(ui, lists);
  const breaker = ui.focus === 'breakers' ? lists.breakers[index] : undefined;
  const flag = ui.focus === 'flags' ? lists.flags[index] : undefined;
  if (key === 'o' && breaker !== undefined)
    return { breaker: breaker.address, ...asking(breakerAct(breaker)) };
  if (key === 'space' && flag !== undefined) {
    return { flag: flag.key, ...asking(toggleAct(flag), `${flag.key} has nothing to toggle between`) };
  }
  if (key === 'c' && flag !== undefined) {
    return { flag: flag.key, ...asking(clearAct(flag), `nobody has set ${flag.key}`) };
  }
  if (key === 'o') return { notice: hint('o acts on a breaker: tab goes to the breakers') };
  if (key === 'space' || key === 'c') return { notice: hint(`${key} acts on a flag: tab goes to the flags`) };
  return {};
}

function asking(act: Act | undefined, otherwise = ''): Partial<UiState> {
  if (act === undefined) return { notice: hint(otherwise) };
  return { dialog: { step: 'confirm', act, forMs: overrideLimits.defaultForMs, reason: '' } };
}

function hint(text: string): Notice {
  return { text, tone: 'warn' };
}
