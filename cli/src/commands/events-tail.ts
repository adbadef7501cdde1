import type { Command } from 'commander';
import { contextOf } from '../context.ts';
import { usageFailure } from '../failure.ts';
import type { Host } from '../host.ts';
import { group } from './group.ts';
import { limitOption } from './limit-option.ts';
import { filterOption, readFilter } from './list-options.ts';
import { readReplay, replayAtOption, type ReplayOptions, speedOption } from './replay-options.ts';
import { readPeriod, sinceOption } from './time-options.ts';

interface TailArguments extends ReplayOptions {
  readonly limit: number;
  readonly since?: string;
  readonly filter?: string;
}

export function registerEventsTail(program: Command, host: Host): void {
  group(program, 'events', 'what happened')
    .command('tail')
    .description('a line an event as it happens, after the last few; ends at Ctrl-C')
    .addOption(limitOption(10))
    .option(...sinceOption)
    .option(...filterOption)
    .option(...replayAtOption)
    .option(...speedOption)
    .action(async (options: TailArguments, command: Command) => {
      const context = contextOf(command, host);
      if (options.at !== undefined && options.since !== undefined)
        throw usageFailure('--at says where the past begins: leave out --since');
      const { sinceAt } = readPeriod(options, host.clock.now());
      const filter = readFilter(options.filter ?? '', 'events');
      const question = readReplay(options, host.clock.now());
      const { tailEvents } = await import('./tail.ts');
      await tailEvents(context, { limit: options.limit, sinceAt, filter, question });
    });
}
