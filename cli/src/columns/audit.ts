import {
  type AuditEntry,
  describeAudit,
  type FlagValue,
  formatTime,
  formatValue,
  reasonWords,
} from '@holdfast/shared';
import { type Column, isoTime, type Plain } from '../output/columns.ts';
import { timeColumn } from './time.ts';

/** What was done, and until when it holds: "recommendations set to off, was on (until 14:30:00)". */
export function auditSentence(entry: AuditEntry): string {
  const until = auditUntil(entry, entry.at);
  return until === '' ? describeAudit(entry) : `${describeAudit(entry)} (until ${until})`;
}

/** A close happens once; nothing holds after it. */
function auditUntil({ action, expiresAt }: AuditEntry, now: number): string {
  return expiresAt === undefined || action === 'breaker.closed' ? '' : formatTime(expiresAt, now);
}

export function auditColumns(now: number): readonly Column<AuditEntry>[] {
  return [
    timeColumn(now),
    { name: 'by', text: (row) => row.by },
    { name: 'via', text: (row) => row.via },
    { name: 'action', text: (row) => row.action, wideOnly: true },
    { name: 'target', text: (row) => row.target, wideOnly: true },
    {
      name: 'from',
      text: (row) => valueText(row.from),
      plain: (row) => plainValue(row.from),
      wideOnly: true,
    },
    { name: 'to', text: (row) => valueText(row.to), plain: (row) => plainValue(row.to), wideOnly: true },
    { name: 'change', text: describeAudit, elastic: true },
    {
      name: 'until',
      text: (row) => auditUntil(row, now),
      plain: (row) => isoTime(row.expiresAt),
    },
    {
      name: 'reason',
      text: (row) => reasonWords(row.reason),
      plain: (row) => row.reason,
      tone: (row) => (row.reason === '' ? 'quiet' : 'plain'),
    },
    { name: 'id', text: (row) => `${row.id}`, wideOnly: true },
  ];
}

function valueText(value: FlagValue | null): string {
  return value === null ? '' : formatValue(value);
}

function plainValue(value: FlagValue | null): Plain {
  return typeof value === 'object' ? (value === null ? undefined : JSON.stringify(value)) : value;
}
