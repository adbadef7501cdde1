import { countColumns, type ResourceAnswer } from '@holdfast/shared';
import type { Command } from 'commander';
import { breakerColumns } from '../columns/breakers.ts';
import { contextOf } from '../context.ts';
import type { Host } from '../host.ts';
import type { Column } from '../output/columns.ts';
import { readBreakerAddress } from './breaker-argument.ts';
import { breakersDescription } from './breakers-ls.ts';
import { group } from './group.ts';

export function registerBreakersGet(program: Command, host: Host): void {
  group(program, 'breakers', breakersDescription)
    .command('get')
    .description('all that is known of one breaker')
    .argument('<address>', 'the breaker: SERVICE/NAME')
    .action(async (text: string, _options: object, command: Command) => {
      const context = contextOf(command, host);
      const breaker = await context.api.breaker(readBreakerAddress(text));
      context.printItem([...breakerColumns(host.clock.now()), ...moreColumns], breaker);
    });
}

const moreColumns: readonly Column<ResourceAnswer>[] = [
  { name: 'last_error', text: ({ lastError }) => lastError?.message ?? '' },
  { name: 'settings', text: ({ config = {} }) => pairs(config) },
  ...countColumns.map((column) => ({
    name: `total_${column}`,
    text: ({ totals }: ResourceAnswer) => (totals[column] === undefined ? '' : `${totals[column]}`),
    plain: ({ totals }: ResourceAnswer) => totals[column] ?? 0,
  })),
];

function pairs(values: Readonly<Record<string, unknown>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(' ');
}
