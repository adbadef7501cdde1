import { type AgentView, formatDuration } from '@holdfast/shared';
import { type Column, isoTime } from '../output/columns.ts';

/** `now` is the time that spans are measured to. */
export function agentColumns(now: number): readonly Column<AgentView>[] {
  return [
    { name: 'agent', text: (row) => `${row.service}@${row.instance}`, elastic: true },
    {
      name: 'connected',
      heading: 'CONNECTION',
      text: (row) => (row.connected ? 'connected' : 'lost'),
      plain: (row) => row.connected,
      tone: (row) => (row.connected ? 'good' : 'bad'),
    },
    {
      name: 'since',
      text: (row) => formatDuration(now - row.connectionSinceAt),
      plain: (row) => isoTime(row.connectionSinceAt),
      align: 'right',
    },
    { name: 'version', text: (row) => row.version ?? '' },
    { name: 'environment', text: (row) => row.environment ?? '' },
    {
      name: 'dropped',
      text: (row) => `${row.droppedCount}`,
      tone: (row) => (row.droppedCount > 0 ? 'warn' : 'plain'),
      align: 'right',
    },
    { name: 'agent_version', text: (row) => row.agentVersion, wideOnly: true },
    {
      name: 'clock_offset_ms',
      heading: 'CLOCK OFFSET',
      text: (row) => `${Math.round(row.clockOffsetMs)} ms`,
      plain: (row) => row.clockOffsetMs,
      align: 'right',
      wideOnly: true,
    },
    {
      name: 'started',
      text: (row) => `${formatDuration(now - row.startedAt)} ago`,
      plain: (row) => isoTime(row.startedAt),
      align: 'right',
      wideOnly: true,
    },
    { name: 'tags', text: tagsOf, wideOnly: true },
  ];
}

function tagsOf({ tags }: AgentView): string {
  return Object.entries(tags)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}
