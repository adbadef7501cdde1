import type { Command } from 'commander';
import { edgeColumns } from '../columns/topology.ts';
import { contextOf } from '../context.ts';
import type { Host } from '../host.ts';
import { atOption, emptyText, filterOption, type ListOptions, readListOptions } from './list-options.ts';

export function registerTopology(program: Command, host: Host): void {
  program
    .command('topology')
    .description('who calls whom, and what guards each way; as json with all that is known of them')
    .option(...atOption)
    .option(...filterOption)
    .action(async (options: ListOptions, command: Command) => {
      const context = contextOf(command, host);
      const { query, told } = readListOptions(options, context, 'topology');
      const topology = await told(context.api.topology(query));
      if (context.printing.format === 'json') context.printItem([], topology);
      else
        context.printList(
          edgeColumns,
          topology.edges,
          emptyText(options, 'no connected service has named a dependency'),
        );
    });
}
