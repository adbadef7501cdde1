import type { Command } from 'commander';
import { healthColumns } from '../columns/health.ts';
import { contextOf } from '../context.ts';
import type { Host } from '../host.ts';
import { group } from './group.ts';
import { atOption, emptyText, filterOption, type ListOptions, readListOptions } from './list-options.ts';

export const healthDescription = 'the health checks of the services';

export function registerHealthLs(program: Command, host: Host): void {
  group(program, 'health', healthDescription)
    .command('ls')
    .description('a line a check')
    .option(...atOption)
    .option(...filterOption)
    .action(async (options: ListOptions, command: Command) => {
      const context = contextOf(command, host);
      const { query, now, told } = readListOptions(options, context, 'resources');
      context.printList(
        healthColumns(now),
        await told(context.api.health(query)),
        emptyText(options, 'no service has a health check yet'),
      );
    });
}
