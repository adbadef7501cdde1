import { type AuditEntry, describeAudit, formatTime } from '@holdfast/shared';

/** What was done, once the collector has said so. */
export function actDone(audit: AuditEntry): string {
  const until = audit.expiresAt === undefined ? '' : `, until ${formatTime(audit.expiresAt, audit.at)}`;
  return `${describeAudit(audit)}${until}`;
}
