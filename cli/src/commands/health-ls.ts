import type { Command } from 'commander';
import { healthColumns } from '../columns/health.ts';
import { contextOf } from '../context.ts';
import type { Host } from '../host.ts';
import { group } from './group.ts';

export function registerHealthLs(program: Command, host: Host): void {
  group(program, 'health', 'the health checks of the services')
    .command('ls')
    .description('a line a check')
    .action(async (_options: object, command: Command) => {
      const context = contextOf(command, host);
      const columns = healthColumns(host.clock.now());
      context.printList(columns, await context.api.health(), 'no service has a health check yet');
    });
}
