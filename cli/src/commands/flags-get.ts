import { type FlagView, formatValue } from '@holdfast/shared';
import type { Command } from 'commander';
import { flagColumns } from '../columns/flags.ts';
import { contextOf } from '../context.ts';
import type { Host } from '../host.ts';
import type { Column } from '../output/columns.ts';
import { flagsDescription } from './flags-ls.ts';
import { group } from './group.ts';

export function registerFlagsGet(program: Command, host: Host): void {
  group(program, 'flags', flagsDescription)
    .command('get')
    .description('all that is known of one flag')
    .argument('<key>', 'the flag')
    .action(async (key: string, _options: object, command: Command) => {
      const context = contextOf(command, host);
      context.printItem([...flagColumns(host.clock.now()), perInstance], await context.api.flag(key));
    });
}

const perInstance: Column<FlagView> = {
  name: 'per_instance',
  text: ({ instances }) =>
    instances
      .map(({ service, instance, value, stale }) => {
        return `${service}@${instance}=${formatValue(value)}${stale ? ' (not connected)' : ''}`;
      })
      .join(', '),
};
