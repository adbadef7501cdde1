import { Text } from 'ink';
import type { ReactElement } from 'react';

/** Ready lines, one below the other: exactly `height` of them, so that the screen never grows or shrinks. */
export function Lines({
  lines,
  height,
}: {
  readonly lines: readonly string[];
  readonly height: number;
}): ReactElement {
  const filled = Array.from({ length: height }, (_, index) => lines[index] ?? '');
  return (
    <>
      {filled.map((line, index) => (
        // biome-ignore lint: a line of the screen is what it is by its place
        <Text key={index} wrap="truncate">
          {line === '' ? ' ' : line}
        </Text>
      ))}
    </>
  );
}
