import type { Command } from 'commander';
import { breakerColumns } from '../columns/breakers.ts';
import { desiredVersionColumn } from '../columns/desired-version.ts';
import { detailColumns } from '../columns/resources.ts';
import { contextOf } from '../context.ts';
import type { Host } from '../host.ts';
import { readBreakerAddress } from './breaker-argument.ts';
import { breakersDescription } from './breakers-ls.ts';
import { group } from './group.ts';
import { atOption, type ListOptions, readListOptions } from './list-options.ts';

export function registerBreakersGet(program: Command, host: Host): void {
  group(program, 'breakers', breakersDescription)
    .command('get')
    .description('all that is known of one breaker')
    .argument('<address>', 'the breaker: SERVICE/NAME')
    .option(...atOption)
    .action(async (text: string, options: ListOptions, command: Command) => {
      const context = contextOf(command, host);
      const { query, now, told } = readListOptions(options, context);
      const breaker = await told(context.api.breaker(readBreakerAddress(text), query));
      context.printItem([...breakerColumns(now), ...detailColumns, desiredVersionColumn], breaker);
    });
}
