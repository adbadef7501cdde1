import type { ReactElement } from 'react';

interface SegmentsProps<T> {
  readonly label: string;
  readonly options: readonly T[];
  readonly chosen: T | undefined;
  readonly nameOf: (option: T) => string;
  readonly onChoose: (option: T) => void;
}

/** A few choices side by side, one of which holds. */
export function Segments<T>({ label, options, chosen, nameOf, onChoose }: SegmentsProps<T>): ReactElement {
  return (
    <div className="segments" role="group" aria-label={label}>
      {options.map((option) => (
        <button
          key={nameOf(option)}
          type="button"
          aria-pressed={option === chosen}
          onClick={() => onChoose(option)}
        >
          {nameOf(option)}
        </button>
      ))}
    </div>
  );
}
