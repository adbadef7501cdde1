import type { Command } from 'commander';
import { contextOf } from '../context.ts';
import type { Host } from '../host.ts';
import { group } from './group.ts';
import { limitOption } from './limit-option.ts';
import { filterOption, readFilter } from './list-options.ts';
import { readPeriod, sinceOption } from './time-options.ts';

export function registerEventsTail(program: Command, host: Host): void {
  group(program, 'events', 'what happened')
    .command('tail')
    .description('a line an event as it happens, after the last few; ends at Ctrl-C')
    .addOption(limitOption(10))
    .option(...sinceOption)
    .option(...filterOption)
    .action(async (options: { limit: number; since?: string; filter?: string }, command: Command) => {
      const context = contextOf(command, host);
      const { sinceAt } = readPeriod(options, host.clock.now());
      const filter = readFilter(options.filter ?? '');
      const { tailEvents } = await import('./tail.ts');
      await tailEvents(context, { limit: options.limit, sinceAt, filter });
    });
}
