import { type ErrorClass, type ErrorView, errorClassWord, formatDuration } from '@holdfast/shared';
import { type Column, isoTime } from '../output/columns.ts';
import type { Tone } from '../output/paint.ts';

/** `now` is the time that "last" is measured to. */
export function errorColumns(now: number): readonly Column<ErrorView>[] {
  return [
    {
      name: 'class',
      text: (row) => errorClassWord(row.class),
      plain: (row) => row.class,
      tone: (row) => errorTones[row.class],
    },
    { name: 'where', text: errorPlace, plain: (row) => row.address, elastic: true },
    { name: 'last_minute', heading: 'MINUTE', text: (row) => `${row.lastMinute}`, align: 'right' },
    { name: 'last_hour', heading: 'HOUR', text: (row) => `${row.lastHour}`, align: 'right' },
    { name: 'total', text: (row) => `${row.total}`, align: 'right' },
    {
      name: 'last',
      text: (row) => `${formatDuration(now - row.lastAt)} ago`,
      plain: (row) => isoTime(row.lastAt),
      align: 'right',
    },
    {
      name: 'first',
      text: (row) => `${formatDuration(now - row.firstAt)} ago`,
      plain: (row) => isoTime(row.firstAt),
      align: 'right',
      wideOnly: true,
    },
    { name: 'severity', text: (row) => row.sample?.severity ?? '', wideOnly: true },
    { name: 'fingerprint', text: (row) => row.sample?.fingerprint ?? '', wideOnly: true },
    { name: 'example', text: errorSample },
  ];
}

const errorTones: Readonly<Record<ErrorClass, Tone>> = {
  critical: 'bad',
  partial_outage: 'bad',
  transient: 'warn',
  throttled: 'warn',
  unknown: 'warn',
  caller: 'quiet',
  cancelled: 'quiet',
  rejected: 'quiet',
};

/** Where it happened, as people say it: service and name. */
function errorPlace({ address }: Pick<ErrorView, 'address'>): string {
  const [service = '', , name = ''] = address.split('/');
  return `${service}/${name}`;
}

function errorSample({ sample }: ErrorView): string {
  if (sample === undefined) return '';
  const { code, message } = sample;
  return code === undefined || message.includes(code) ? message : `${code}: ${message}`;
}
