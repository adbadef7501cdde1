import type { Command } from 'commander';
import { flagColumns } from '../columns/flags.ts';
import { contextOf } from '../context.ts';
import type { Host } from '../host.ts';
import { group } from './group.ts';
import { atOption, emptyText, filterOption, type ListOptions, readListOptions } from './list-options.ts';

export const flagsDescription = 'the flags: see them, set them, clear them';

export function registerFlagsLs(program: Command, host: Host): void {
  group(program, 'flags', flagsDescription)
    .command('ls')
    .description('a line a flag')
    .option(...atOption)
    .option(...filterOption)
    .action(async (options: ListOptions, command: Command) => {
      const context = contextOf(command, host);
      const { query, now, told } = readListOptions(options, context, 'flags');
      context.printList(
        flagColumns(now),
        await told(context.api.flags(query)),
        emptyText(options, 'no service has defined a flag yet'),
      );
    });
}
