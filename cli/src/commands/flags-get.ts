import { type FlagAnswer, formatValue } from '@holdfast/shared';
import type { Command } from 'commander';
import { flagColumns } from '../columns/flags.ts';
import { desiredVersionColumn } from '../columns/desired-version.ts';
import { contextOf } from '../context.ts';
import type { Host } from '../host.ts';
import type { Column } from '../output/columns.ts';
import { flagsDescription } from './flags-ls.ts';
import { group } from './group.ts';
import { atOption, type ListOptions, readListOptions } from './list-options.ts';

export function registerFlagsGet(program: Command, host: Host): void {
  group(program, 'flags', flagsDescription)
    .command('get')
    .description('all that is known of one flag')
    .argument('<key>', 'the flag')
    .option(...atOption)
    .action(async (key: string, options: ListOptions, command: Command) => {
      const context = contextOf(command, host);
      const { query, now, told } = readListOptions(options, context);
      context.printItem(
        [...flagColumns(now), perInstance, desiredVersionColumn],
        await told(context.api.flag(key, query)),
      );
    });
}

const perInstance: Column<FlagAnswer> = {
  name: 'per_instance',
  text: ({ instances }) =>
    instances
      .map(({ service, instance, value, stale }) => {
        return `${service}@${instance}=${formatValue(value)}${stale ? ' (not connected)' : ''}`;
      })
      .join(', '),
};
