import { type EdgeView, formatRate } from '@holdfast/shared';
import type { Column } from '../output/columns.ts';
import { stateMark, stateTones, wordsOf } from '../output/style.ts';

/** The ways from services to what they call. */
export const edgeColumns: readonly Column<EdgeView>[] = [
  { name: 'service', text: (row) => row.service, elastic: true },
  { name: 'dependency', text: (row) => row.dependency, elastic: true },
  {
    name: 'state',
    text: ({ state }) => (state === undefined ? '' : `${stateMark(state, false)} ${wordsOf(state).label}`),
    plain: ({ state }) => state,
    tone: ({ state }) => (state === undefined ? 'plain' : stateTones[state]),
  },
  {
    name: 'calls_per_second',
    heading: 'CALLS/S',
    text: (row) => formatRate(callsPerSecond(row)),
    plain: callsPerSecond,
    align: 'right',
  },
  {
    name: 'policies',
    text: ({ policies }) => policies.map(({ kind, name }) => `${kind}/${name}`).join(', '),
  },
];

/** Layers of one pipeline see the same calls: the busiest tells how many there are. */
function callsPerSecond({ policies }: EdgeView): number {
  return Math.max(0, ...policies.map((policy) => policy.callsPerSecond));
}
