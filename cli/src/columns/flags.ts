import {
  type FlagValue,
  type FlagView,
  formatDuration,
  formatTime,
  formatValue,
  reasonWords,
} from '@holdfast/shared';
import { type Column, isoTime, type Plain } from '../output/columns.ts';
import type { Tone } from '../output/paint.ts';

/** `now` is the time that "since" is measured to, and whose date goes without saying. */
export function flagColumns(now: number): readonly Column<FlagView>[] {
  return [
    { name: 'flag', text: (row) => row.key, elastic: true },
    { name: 'value', text: flagValue, plain: (row) => plainOf(row.value), elastic: true },
    { name: 'reason', text: (row) => row.reason, tone: flagTone },
    {
      name: 'since',
      text: (row) => formatDuration(now - row.sinceAt),
      plain: (row) => isoTime(row.sinceAt),
      align: 'right',
    },
    { name: 'until', text: (row) => flagUntil(row, now), plain: (row) => isoTime(row.override?.expiresAt) },
    { name: 'type', text: (row) => row.type, wideOnly: true },
    {
      name: 'default',
      text: (row) => formatValue(row.defaultValue),
      plain: (row) => plainOf(row.defaultValue),
      wideOnly: true,
    },
    {
      name: 'degraded',
      text: (row) => (row.degradedValue === undefined ? '' : formatValue(row.degradedValue)),
      plain: (row) => plainOf(row.degradedValue),
      wideOnly: true,
    },
    { name: 'instances', text: (row) => `${row.instances.length}`, align: 'right', wideOnly: true },
    { name: 'bindings', text: (row) => row.bindings.join(' '), wideOnly: true },
    { name: 'services', text: (row) => row.services.join(' ') },
    { name: 'cause', text: flagCause },
  ];
}

function plainOf(value: FlagValue | undefined): Plain {
  return typeof value === 'object' ? JSON.stringify(value) : value;
}

/** How a flag's reason feels: a degraded one is trouble, an overridden one a person's doing. */
function flagTone({ reason }: Pick<FlagView, 'reason'>): Tone {
  if (reason === 'DEGRADED') return 'warn';
  if (reason === 'ERROR') return 'bad';
  return reason === 'OVERRIDE' ? 'held' : 'plain';
}

/** Why it has its value, in words. */
function flagCause(flag: FlagView): string {
  const { override } = flag;
  if (flag.reason === 'OVERRIDE' && override !== undefined)
    return `${override.by}: ${reasonWords(override.reason)}`;
  return flag.cause ?? '';
}

function flagValue(flag: FlagView): string {
  return `${formatValue(flag.value)}${flag.mixed ? ' (mixed)' : ''}`;
}

function flagUntil({ override }: FlagView, now: number): string {
  return override === undefined ? '' : formatTime(override.expiresAt, now);
}
