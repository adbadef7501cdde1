import { type StatusView } from '@holdfast/shared';
import type { Column } from '../output/columns.ts';
import type { Tone } from '../output/paint.ts';

export const levelTones: Readonly<Record<StatusView['level'], Tone>> = {
  empty: 'quiet',
  calm: 'good',
  degraded: 'caution',
  broken: 'alarm',
};

export const statusColumns: readonly Column<StatusView>[] = [
  { name: 'level', text: (row) => row.level, tone: (row) => levelTones[row.level] },
  { name: 'sentence', text: (row) => row.sentence },
  { name: 'breakers', text: (row) => `${row.breakerCount}` },
  { name: 'open', text: (row) => `${row.openCount}` },
  { name: 'held_open', text: (row) => `${row.heldOpenCount}` },
  { name: 'half_open', text: (row) => `${row.halfOpenCount}` },
  { name: 'degraded_flags', text: (row) => row.degradedFlags.join(' ') },
  { name: 'failing_checks', text: (row) => row.unhealthyChecks.join(' ') },
  { name: 'lost_agents', text: (row) => row.lostAgents.join(' ') },
  { name: 'agents', text: (row) => `${row.agentCount}` },
];
