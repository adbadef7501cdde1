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
    { name: 'where', text: errorPlaces, plain: (row) => row.address, elastic: true },
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
    { name: 'fingerprint', text: fingerprintWord, plain: (row) => row.fingerprint },
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

/** What is known of one group beside its line in a list. */
export const errorDetailColumns: readonly Column<ErrorView>[] = [
  { name: 'code', text: ({ sample }) => sample?.code ?? '' },
  { name: 'why', text: ({ sample }) => sample?.why ?? '' },
  { name: 'services', text: ({ services }) => services.join(', ') },
  {
    name: 'places',
    text: ({ places, elsewhereTotal }) =>
      [
        ...places.map(({ address, total }) => `${address} ${total}`),
        ...(elsewhereTotal === undefined ? [] : [`elsewhere ${elsewhereTotal}`]),
      ].join(', '),
  },
];

/** Where most of it happened, as people say it: service and name; and at how many other places. */
function errorPlaces({ address, places, elsewhereTotal }: ErrorView): string {
  const [service = '', , name = ''] = address.split('/');
  const others = places.length - 1;
  const more = others > 0 ? ` +${others}${elsewhereTotal === undefined ? '' : '…'}` : '';
  return name === '' ? service : `${service}/${name}${more}`;
}

/** That of a place says what stands there already. */
function fingerprintWord({ fingerprint }: ErrorView): string {
  return fingerprint.startsWith('at:') ? '' : fingerprint;
}

function errorSample({ sample }: ErrorView): string {
  if (sample === undefined) return '';
  const { code, message } = sample;
  return code === undefined || message.includes(code) ? message : `${code}: ${message}`;
}
