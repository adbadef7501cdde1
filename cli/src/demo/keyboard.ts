import type { ReadStream } from 'node:tty';

/** The keys of a person at a terminal, one at a time and without Enter. */
export interface Keyboard {
  /** Returns what ends it and gives the terminal back as it was. */
  listen(onKey: (key: string) => void): () => void;
}

/** `undefined` where nobody sits at a terminal. */
export function keyboardOf(input: ReadStream): Keyboard | undefined {
  if (!input.isTTY) return undefined;
  return {
    listen: (onKey) => {
      const onData = (keys: string): void => {
        for (const key of keys) onKey(key);
      };
      input.setRawMode(true);
      input.setEncoding('utf8');
      input.on('data', onData);
      input.resume();
      return () => {
        input.off('data', onData);
        input.setRawMode(false);
        input.pause(); // a stream that is read keeps the process alive
      };
    },
  };
}
