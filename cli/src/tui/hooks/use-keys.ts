import { type Key as InkKey, useInput } from 'ink';
import type { Key } from '../model/press.ts';

/** Hands on keys by their names: those that arrived together, together. */
export function useKeys(onKeys: (keys: readonly Key[]) => void): void {
  useInput((input, key) => onKeys(namesOf(input, key)));
}

function namesOf(input: string, key: InkKey): Key[] {
  const named = namedKeys.find(([flag]) => key[flag]);
  if (named !== undefined) return [named[1]];
  return key.ctrl ? [`ctrl-${input}`] : Array.from(input).map(nameOfCharacter);
}

/** Ink names a key only when it arrives alone; of several, each stands for itself. */
function nameOfCharacter(character: string): Key {
  const code = character.codePointAt(0) ?? 0;
  const name = characterNames[character];
  if (name !== undefined) return name;
  return code < 27 ? `ctrl-${String.fromCharCode(code + 96)}` : character;
}

const characterNames: Readonly<Record<string, Key>> = {
  ' ': 'space',
  '\t': 'tab',
  '\r': 'enter',
  '\n': 'enter',
  '\u001b': 'escape',
  '\b': 'backspace',
  '\u007f': 'backspace',
};

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
  ['backspace', 'backspace'],
  ['delete', 'backspace'], // what most terminals send for the backspace key
] as const satisfies readonly (readonly [keyof InkKey, Key])[];
