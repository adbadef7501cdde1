import type { ReactElement } from 'react';

interface FilterProblemProps {
  readonly id: string;
  readonly text: string;
  /** The place of the first character that is wrong, from 0 on; absent where none is. */
  readonly at?: number;
  readonly problem: string;
  /** What is shown meanwhile. */
  readonly instead: string;
}

/** What is wrong with a filter, and where. */
export function FilterProblem({ id, text, at, problem, instead }: FilterProblemProps): ReactElement {
  return (
    <div className="filter-problem" id={id} role="alert">
      {at !== undefined && <MarkedText text={text} at={at} />}
      <p>
        {at !== undefined && <span>Character {at + 1}: </span>}
        {problem}
      </p>
      <p className="row-aside">{instead}</p>
    </div>
  );
}

/** From the wrong character to the end of its word. */
function MarkedText({ text, at }: { readonly text: string; readonly at: number }): ReactElement {
  const [wrong = ''] = /^\S*/.exec(text.slice(at)) ?? [];
  return (
    <code aria-hidden="true">
      {text.slice(0, at)}
      <mark>{wrong === '' ? '\u00a0' : wrong}</mark>
      {text.slice(at + wrong.length)}
    </code>
  );
}
