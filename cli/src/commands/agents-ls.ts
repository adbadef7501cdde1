import type { Command } from 'commander';
import { agentColumns } from '../columns/agents.ts';
import { contextOf } from '../context.ts';
import type { Host } from '../host.ts';
import { group } from './group.ts';
import { atOption, emptyText, filterOption, type ListOptions, readListOptions } from './list-options.ts';

export function registerAgentsLs(program: Command, host: Host): void {
  group(program, 'agents', 'the running instances and their connections')
    .command('ls')
    .description('a line an instance')
    .option(...atOption)
    .option(...filterOption)
    .action(async (options: ListOptions, command: Command) => {
      const context = contextOf(command, host);
      const { query, now, told } = readListOptions(options, context, 'agents');
      context.printList(
        agentColumns(now),
        await told(context.api.agents(query)),
        emptyText(options, 'no agent is connected'),
      );
    });
}
