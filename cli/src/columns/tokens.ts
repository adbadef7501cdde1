import { formatDuration, type TokenView } from '@holdfast/shared';
import { type Column, isoTime } from '../output/columns.ts';

/** `now` is the time that spans are measured to. */
export function tokenColumns(now: number): readonly Column<TokenView>[] {
  return [
    { name: 'id', text: (row) => row.id },
    { name: 'name', text: (row) => row.name, elastic: true },
    { name: 'scope', text: (row) => row.scope },
    { name: 'services', text: (row) => row.services ?? 'all', plain: (row) => row.services },
    {
      name: 'expires_at',
      heading: 'EXPIRES',
      text: (row) => standingOf(row, now),
      plain: (row) => isoTime(row.expiresAt),
      tone: (row) => (isLive(row, now) ? 'plain' : 'quiet'),
    },
    {
      name: 'last_used_at',
      heading: 'LAST USED',
      text: (row) => (row.lastUsedAt === undefined ? 'never' : `${formatDuration(now - row.lastUsedAt)} ago`),
      plain: (row) => isoTime(row.lastUsedAt),
    },
    {
      name: 'refused',
      text: (row) => `${row.refusedCount}`,
      tone: (row) => (row.refusedCount > 0 ? 'bad' : 'plain'),
      align: 'right',
    },
    { name: 'created_at', heading: 'MADE', text: (row) => isoTime(row.createdAt) ?? '', wideOnly: true },
    {
      name: 'revoked_at',
      heading: 'REVOKED',
      text: (row) => isoTime(row.revokedAt) ?? '',
      wideOnly: true,
    },
  ];
}

function standingOf(row: TokenView, now: number): string {
  if (row.revokedAt !== undefined) return 'revoked';
  return isLive(row, now) ? `in ${formatDuration(row.expiresAt - now)}` : 'expired';
}

function isLive({ revokedAt, expiresAt }: TokenView, now: number): boolean {
  return revokedAt === undefined && expiresAt > now;
}
