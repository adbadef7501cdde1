import { type Key as InkKey, useInput } from 'ink';
import type { Key } from '../model/press.ts';

/** Hands on each key by its name. What is pasted counts as nothing: it was not meant as keys. */
export function useKeys(onKey: (key: Key) => void): void {
  useInput((input, key) => {
    const name = nameOf(input, key);
    if (name !== undefined) onKey(name);
  });
}

function nameOf(input: string, key: InkKey): Key | undefined {
  const named = namedKeys.find(([flag]) => key[flag]);
  if (named !== undefined) return named[1];
  if (input === ' ') return 'space';
  if (input.length !== 1) return undefined;
  return key.ctrl ? `ctrl-${input}` : input;
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
