import type { Command } from 'commander';
import { serviceColumns } from '../columns/services.ts';
import { contextOf } from '../context.ts';
import type { Host } from '../host.ts';
import { group } from './group.ts';

export function registerServicesLs(program: Command, host: Host): void {
  group(program, 'services', 'the services and how they stand')
    .command('ls')
    .description('a line a service')
    .action(async (_options: object, command: Command) => {
      const context = contextOf(command, host);
      context.printList(serviceColumns, await context.api.services(), 'no service has connected yet');
    });
}
