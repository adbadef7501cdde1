import { type AgentView, connectionWord, formatDuration, isSkewed } from '@holdfast/shared';
import { type Column, isoTime } from '../output/columns.ts';

const connectionTones = { connected: 'good', awaited: 'warn', lost: 'bad' } as const;

/** `now` is the time that spans are measured to. */
export function agentColumns(now: number): readonly Column<AgentView>[] {
  return [
    { name: 'agent', text: (row) => `${row.service}@${row.instance}`, elastic: true },
    {
      name: 'connected',
      heading: 'CONNECTION',
      text: connectionWord,
      plain: (row) => row.connected,
      tone: (row) => connectionTones[connectionWord(row)],
    },
    {
      name: 'since',
      text: (row) => formatDuration(now - row.connectionSinceAt),
      plain: (row) => isoTime(row.connectionSinceAt),
      align: 'right',
    },
    { name: 'version', text: (row) => row.version ?? '' },
    { name: 'environment', text: (row) => row.environment ?? '' },
    ...careColumns,
    {
      name: 'dropped',
      text: (row) => `${row.droppedCount}`,
      tone: (row) => (row.droppedCount > 0 ? 'warn' : 'plain'),
      align: 'right',
    },
    { name: 'agent_version', text: (row) => row.agentVersion, wideOnly: true },
    {
      name: 'started',
      text: (row) => `${formatDuration(now - row.startedAt)} ago`,
      plain: (row) => isoTime(row.startedAt),
      align: 'right',
      wideOnly: true,
    },
    { name: 'dropped_by_reason', text: ({ dropped }) => pairs(dropped), wideOnly: true },
    {
      name: 'last_unclean_end',
      text: ({ lastUncleanEndAt: at }) => (at === undefined ? '' : `${formatDuration(now - at)} ago`),
      plain: ({ lastUncleanEndAt: at }) => isoTime(at),
      wideOnly: true,
    },
    {
      name: 'not_applied',
      text: ({ problems = [] }) => problems.map(({ target, problem }) => `${target}: ${problem}`).join('; '),
      wideOnly: true,
    },
    { name: 'tags', text: ({ tags }) => pairs(tags), wideOnly: true },
  ];
}

/** How well it is understood, and how well it follows. */
const careColumns: readonly Column<AgentView>[] = [
  {
    name: 'clock_offset_ms',
    heading: 'SKEW',
    text: skewOf,
    plain: (row) => row.clockOffsetMs,
    tone: (row) => (isSkewed(row) ? 'warn' : 'plain'),
    align: 'right',
  },
  {
    name: 'lag_ms',
    heading: 'LAG',
    text: (row) => (row.lagMs === 0 ? '-' : formatDuration(row.lagMs)),
    plain: (row) => row.lagMs,
    tone: (row) => (row.lagMs > 0 ? 'warn' : 'plain'),
    align: 'right',
  },
  {
    name: 'applied_version',
    heading: 'APPLIED',
    text: (row) => `${row.appliedVersion} of ${row.desiredVersion}`,
    plain: (row) => row.appliedVersion,
    tone: (row) =>
      row.appliedVersion === row.desiredVersion && row.problems === undefined ? 'plain' : 'warn',
    align: 'right',
  },
  {
    name: 'unclean_ends',
    heading: 'UNCLEAN',
    text: (row) => `${row.uncleanEndCount}`,
    tone: (row) => (row.uncleanEndCount > 0 ? 'warn' : 'plain'),
    align: 'right',
  },
];

/** How far its clock is off: behind where it is minus. */
function skewOf({ clockOffsetMs }: AgentView): string {
  const skewMs = -Math.round(clockOffsetMs);
  if (Math.abs(skewMs) < 1_000) return `${skewMs} ms`;
  return `${skewMs < 0 ? '-' : ''}${formatDuration(Math.abs(skewMs))}`;
}

function pairs(of: Readonly<Record<string, string | number>>): string {
  return Object.entries(of)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}
