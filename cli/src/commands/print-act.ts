import type { ActAnswer } from '@holdfast/shared';
import { auditColumns, auditSentence } from '../columns/audit.ts';
import type { Context } from '../context.ts';

/** What was done: a sentence, or the audit entry in the wanted format. */
export function printAct(context: Context, { audit }: ActAnswer): void {
  const { format, style } = context.printing;
  if (format !== 'table') return context.printItem(auditColumns(audit.at), audit);
  context.host.out.write(`${style.clean(auditSentence(audit))}\n`);
}
