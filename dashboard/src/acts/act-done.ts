import { type AuditEntry, describeAudit, formatClock } from '@holdfast/shared';

/** What was done, once the collector has said so. */
export function actDone(audit: AuditEntry): string {
  const until = audit.expiresAt === undefined ? '' : `, until ${formatClock(audit.expiresAt)}`;
  return `${describeAudit(audit)}${until}`;
}
