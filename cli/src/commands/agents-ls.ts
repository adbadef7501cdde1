import type { Command } from 'commander';
import { agentColumns } from '../columns/agents.ts';
import { contextOf } from '../context.ts';
import type { Host } from '../host.ts';
import { group } from './group.ts';

export function registerAgentsLs(program: Command, host: Host): void {
  group(program, 'agents', 'the running instances and their connections')
    .command('ls')
    .description('a line an instance')
    .action(async (_options: object, command: Command) => {
      const context = contextOf(command, host);
      const columns = agentColumns(host.clock.now());
      context.printList(columns, await context.api.agents(), 'no agent has connected yet');
    });
}
