import type { Command } from 'commander';
import { flagColumns } from '../columns/flags.ts';
import { contextOf } from '../context.ts';
import type { Host } from '../host.ts';
import { group } from './group.ts';

export const flagsDescription = 'the flags: see them, set them, clear them';

export function registerFlagsLs(program: Command, host: Host): void {
  group(program, 'flags', flagsDescription)
    .command('ls')
    .description('a line a flag')
    .action(async (_options: object, command: Command) => {
      const context = contextOf(command, host);
      const columns = flagColumns(host.clock.now());
      context.printList(columns, await context.api.flags(), 'no service has defined a flag yet');
    });
}
