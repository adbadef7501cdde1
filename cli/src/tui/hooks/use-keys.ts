import { type Key as InkKey, useInput } from 'ink';
import type { Key } from '../model/press.ts';

/** Hands on keys by their names: those that arrived together, together. */
export function useKeys(onKeys: (keys: readonly Key[]) => void): void {
  useInput((input, key) => onKeys(namesOf(input, key)));
}

function namesOf(input: string, key: InkKey): Key[] {
  const named = namedKeys.find(([flag]) => key[flag]);
  if (named !== undefined) return [named[1]];
  if (key.ctrl) return [`ctrl-${input}`];
  return input.split('').map((character) => (character === ' ' ? 'space' : character));
}

const namedKeys = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['leftArrow', 'left'],
  ['rightArrow', 'right'],
  ['pageUp', 'page_up'],
  ['pageDown', 'page_down'],
  ['home', 'home'],
  ['end', 'end'],
  ['return', 'enter'],
  ['tab', 'tab'],
  ['escape', 'escape'],
] as const satisfies readonly (readonly [keyof InkKey, Key])[];
