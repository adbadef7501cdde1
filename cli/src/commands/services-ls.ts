import type { Command } from 'commander';
import { serviceColumns } from '../columns/services.ts';
import { contextOf } from '../context.ts';
import type { Host } from '../host.ts';
import { group } from './group.ts';
import { atOption, emptyText, filterOption, type ListOptions, readListOptions } from './list-options.ts';

export const servicesDescription = 'the services and how they stand';

export function registerServicesLs(program: Command, host: Host): void {
  group(program, 'services', servicesDescription)
    .command('ls')
    .description('a line a service')
    .option(...atOption)
    .option(...filterOption)
    .action(async (options: ListOptions, command: Command) => {
      const context = contextOf(command, host);
      const { query, told } = readListOptions(options, context, 'services');
      context.printList(
        serviceColumns,
        await told(context.api.services(query)),
        emptyText(options, 'no service is connected'),
      );
    });
}
