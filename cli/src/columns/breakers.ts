import {
  type BreakerState,
  formatDuration,
  formatMs,
  formatRate,
  formatRatio,
  formatTime,
  holdWords,
  plural,
  reasonWords,
  type ResourceView,
} from '@holdfast/shared';
import { type Column, isoTime } from '../output/columns.ts';
import type { Tone } from '../output/paint.ts';
import { stateMark, stateTones, wordsOf } from '../output/style.ts';

/** What a breaker is taken for: what was last heard of lost instances is not its state. */
export function shownState(resource: ResourceView): BreakerState | 'stale' {
  if (resource.staleCount >= resource.instanceCount) return 'stale';
  return resource.breaker?.state ?? 'closed';
}

/** `now` is the time that "since" is measured to, and whose date goes without saying. */
export function breakerColumns(now: number): readonly Column<ResourceView>[] {
  return [
    {
      name: 'state',
      text: (row) => `${stateMark(shownState(row), false)} ${wordsOf(shownState(row)).label}`,
      plain: (row) => shownState(row),
      tone: (row) => stateTones[shownState(row)],
    },
    { name: 'breaker', text: (row) => `${row.service}/${row.name}`, elastic: true },
    {
      name: 'since',
      text: (row) => (row.breaker === undefined ? '' : formatDuration(now - row.breaker.sinceAt)),
      plain: (row) => isoTime(row.breaker?.sinceAt),
      align: 'right',
    },
    {
      name: 'failure_ratio',
      heading: 'ERR %',
      text: ({ rates }) => (rates.failureRatio === undefined ? '-' : formatRatio(rates.failureRatio)),
      plain: ({ rates }) => rates.failureRatio,
      tone: ({ rates }) => failureTone(rates.failureRatio),
      align: 'right',
    },
    {
      name: 'calls_per_second',
      heading: 'CALLS/S',
      text: ({ rates }) => formatRate(rates.callsPerSecond),
      plain: ({ rates }) => rates.callsPerSecond,
      align: 'right',
    },
    latency('p50Ms', 'p50_ms'),
    latency('p99Ms', 'p99_ms'),
    { name: 'instances', text: instances, plain: (row) => row.instanceCount, align: 'right', wideOnly: true },
    { name: 'dependency', text: (row) => row.dependency ?? '', wideOnly: true },
    {
      name: 'until',
      text: (row) => (row.breaker?.untilAt === undefined ? '' : formatTime(row.breaker.untilAt, now)),
      plain: (row) => isoTime(row.breaker?.untilAt),
      wideOnly: true,
    },
    { name: 'flags', text: (row) => row.breaker?.flags.join(' ') ?? '', wideOnly: true },
    { name: 'cause', text: (row) => causeOf(row, now) },
  ];
}

/** Why it is as it is, in words; nothing for one that passes calls. */
function causeOf(row: ResourceView, now: number): string {
  const state = shownState(row);
  if (state === 'stale') return 'no instance is connected';
  const { override: hold, otherOverrides: others = [] } = row.breaker ?? {};
  if (hold !== undefined) {
    const more = others.length === 0 ? '' : ` (and ${plural(others.length, 'more hold')})`;
    const until = formatTime(hold.expiresAt, now);
    return `${holdWords(hold)} until ${until}: ${reasonWords(hold.reason)}${more}`;
  }
  const cause = state === 'closed' ? '' : (row.breaker?.cause ?? '');
  const inState = row.breaker?.states[state] ?? 0;
  const live = row.instanceCount - row.staleCount;
  return inState < live ? `${inState} of ${live} instances: ${cause}` : cause;
}

function latency(of: 'p50Ms' | 'p99Ms', name: string): Column<ResourceView> {
  return {
    name,
    heading: name.slice(0, 3).toUpperCase(),
    text: ({ rates }) => {
      const value = rates[of];
      return value === undefined ? '-' : formatMs(value);
    },
    plain: ({ rates }) => rates[of],
    align: 'right',
    ...(of === 'p50Ms' ? { wideOnly: true } : {}),
  };
}

function instances({ instanceCount, staleCount }: ResourceView): string {
  return staleCount === 0 ? `${instanceCount}` : `${instanceCount - staleCount} of ${instanceCount}`;
}

/** How a failure ratio feels. */
function failureTone(ratio: number | undefined): Tone {
  if (ratio === undefined || ratio < 0.01) return 'plain';
  return ratio < 0.1 ? 'warn' : 'bad';
}
