/**
 * What went wrong at the bottom of an error: `fetch failed` says nothing, and of several addresses that were
 * tried not even that is left.
 */
export function innermost(error: unknown): Error {
  let found = error;
  for (let depth = 0; depth < maxDepth; depth++) {
    const [first]: unknown[] = found instanceof AggregateError ? found.errors : [];
    const next = first ?? (found instanceof Error ? found.cause : undefined);
    if (!(next instanceof Error)) break;
    found = next;
  }
  return found instanceof Error ? found : new Error(String(found));
}

const maxDepth = 8;
