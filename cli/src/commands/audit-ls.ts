import type { Command } from 'commander';
import { auditColumns } from '../columns/audit.ts';
import { contextOf } from '../context.ts';
import type { Host } from '../host.ts';
import { group } from './group.ts';
import { atOption, emptyText, filterOption, type ListOptions, readListOptions } from './list-options.ts';
import { limitOption } from './limit-option.ts';
import { type Period, readPeriod, sinceOption, untilOption } from './time-options.ts';

export const auditDescription = 'who changed what, when and why';

export function registerAuditLs(program: Command, host: Host): void {
  group(program, 'audit', auditDescription)
    .command('ls')
    .description('a line an act, the newest last')
    .addOption(limitOption(50))
    .option(...sinceOption)
    .option(...untilOption)
    .option(...atOption)
    .option(...filterOption)
    .action(async (options: ListOptions & Period & { limit: number }, command: Command) => {
      const context = contextOf(command, host);
      const { query, now, told } = readListOptions(options, context, 'audit');
      const { between } = readPeriod(options, now);
      const entries = await told(context.api.audit({ limit: options.limit, ...query, ...between }));
      context.printList(
        auditColumns(host.clock.now()),
        entries,
        emptyText(options, 'nobody has changed anything yet'),
      );
    });
}
