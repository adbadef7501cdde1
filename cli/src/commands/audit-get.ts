import type { Command } from 'commander';
import { auditColumns } from '../columns/audit.ts';
import { contextOf } from '../context.ts';
import type { Host } from '../host.ts';
import { auditDescription } from './audit-ls.ts';
import { group } from './group.ts';

export function registerAuditGet(program: Command, host: Host): void {
  group(program, 'audit', auditDescription)
    .command('get')
    .description('all that is known of one act')
    .argument('<id>', 'the act, as holdfast audit ls -o wide names it')
    .action(async (id: string, _options: object, command: Command) => {
      const context = contextOf(command, host);
      context.printItem(auditColumns(host.clock.now()), await context.api.auditEntry(id));
    });
}
