import type { Command } from 'commander';
import { auditColumns } from '../columns/audit.ts';
import { contextOf } from '../context.ts';
import type { Host } from '../host.ts';
import { group } from './group.ts';
import { limitOption } from './limit-option.ts';
import { readPeriod, sinceOption, untilOption } from './time-options.ts';

export function registerAuditLs(program: Command, host: Host): void {
  group(program, 'audit', 'who changed what, when and why')
    .command('ls')
    .description('a line an act, the newest last')
    .addOption(limitOption(50))
    .option(...sinceOption)
    .option(...untilOption)
    .action(async (options: { limit: number; since?: string; until?: string }, command: Command) => {
      const context = contextOf(command, host);
      const { includes } = readPeriod(options, host.clock.now());
      const entries = (await context.api.audit(options.limit)).filter((entry) => includes(entry.at));
      context.printList(auditColumns, entries, 'nobody has changed anything yet');
    });
}
