import { type AuditFork, plural } from '@holdfast/shared';
import type { Command } from 'commander';
import { contextOf } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import type { Host } from '../host.ts';
import { auditDescription } from './audit-ls.ts';
import { group } from './group.ts';

export function registerAuditVerify(program: Command, host: Host): void {
  group(program, 'audit', auditDescription)
    .command('verify')
    .description('look whether the audit list is as it was written; ends with 1 where it is not')
    .option('--head <id:hash>', 'what an earlier verify printed: the list must still lead through it')
    .action(async ({ head }: { head?: string }, command: Command) => {
      const context = contextOf(command, host);
      const found = await context.api.verifyAudit(head);
      const isForPeople = context.printing.format === 'table' || context.printing.format === 'wide';
      if (!isForPeople) host.out.write(`${JSON.stringify(found)}\n`);
      if (found.brokenAt !== undefined)
        throw new Failure(
          exitCodes.failed,
          `the audit list is broken at row ${found.brokenAt}: ${found.problem ?? 'it was altered'}`,
        );
      if (found.forks !== undefined)
        throw new Failure(exitCodes.failed, describeForks(found.forks, found.head));
      if (!isForPeople) return;
      host.out.write(`${found.head}\n`);
      const rows = found.rowCount === 1 ? '1 row is' : `${found.rowCount} rows are`;
      context.say(`${rows} as written; keep the line above to compare it with later`);
    });
}

function describeForks(forks: readonly AuditFork[], newest: string): string {
  const held = forks.map(({ agent, head, id }) => `  ${head} by ${agent}, told in row ${id}`);
  return [
    `what is there is as written, but agents held ${plural(forks.length, 'head')} that are not in the list:`,
    ...held,
    'Rows up to there are missing or were altered; a restored backup does this as well.',
    `Once you know why, go on with --head ${newest}`,
  ].join('\n');
}
