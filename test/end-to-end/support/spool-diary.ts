import { readFile } from 'node:fs/promises';
import type { FleetEvent, ListAnswer } from '@holdfast/shared';
import { getJson } from '../../support/http.ts';

/** What `spooling-service.mjs` wrote down of itself. */
export interface Line {
  readonly changes: number;
  readonly calls: number;
  /** Changes of state of which the agent had said that they are on disk; 0 where it said nothing. */
  readonly kept: number;
  readonly atMs: number;
}

/** The diary of a service that was killed. */
export async function linesOf(diary: string): Promise<Line[]> {
  const text = await readFile(diary, 'utf8');
  const lines = text.split('\n').slice(0, -1); // the last may have been cut short by the kill
  return lines.map((line) => JSON.parse(line) as Line); // as the service wrote it
}

/** The reasons of all changes of state that arrived, in the order in which they happened. */
export async function changesTold(url: string): Promise<string[]> {
  const reasons: string[] = [];
  for (let cursor = ''; ; ) {
    const page = await getJson<ListAnswer<FleetEvent>>(`${url}/api/v1/events?limit=1000${cursor}`);
    for (const { event } of page.items) {
      if ('attribution' in event && event.attribution?.reason !== undefined)
        reasons.push(event.attribution.reason);
    }
    if (page.nextCursor === undefined) return reasons.toReversed();
    cursor = `&cursor=${encodeURIComponent(page.nextCursor)}`;
  }
}

/**
 * What of the first `kept` changes of a round did not arrive, or not in its place; and what arrived twice.
 */
export function missingOf(
  told: readonly string[],
  { round, kept }: { readonly round: number; readonly kept: number },
): string[] {
  const arrived = told.filter((reason) => reason.startsWith(`${round}/`));
  const reasons = Array.from({ length: kept }, (_, index) => `${round}/${index + 1}`);
  return [
    ...reasons.filter((reason, index) => arrived[index] !== reason),
    ...arrived.filter((reason, index) => arrived.indexOf(reason) !== index),
  ];
}
