import type { ReactElement } from 'react';
import { useFilter } from '../app/dashboard-context.ts';

/** What stands where a list is empty. */
export function Nothing({ words }: { readonly words: string }): ReactElement {
  const isFiltered = useFilter() !== undefined;
  return <p className="quiet-note">{isFiltered ? 'The filter lets none through.' : words}</p>;
}
