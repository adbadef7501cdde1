import type { Command } from 'commander';
import type { ResourceAddress } from '../client/address.ts';
import { healthColumns } from '../columns/health.ts';
import { detailColumns } from '../columns/resources.ts';
import { contextOf } from '../context.ts';
import { usageFailure } from '../failure.ts';
import type { Host } from '../host.ts';
import { group } from './group.ts';
import { healthDescription } from './health-ls.ts';
import { atOption, type ListOptions, readListOptions } from './list-options.ts';

export function registerHealthGet(program: Command, host: Host): void {
  group(program, 'health', healthDescription)
    .command('get')
    .description('all that is known of one health check')
    .argument('<check>', 'the check: SERVICE/NAME')
    .option(...atOption)
    .action(async (text: string, options: ListOptions, command: Command) => {
      const context = contextOf(command, host);
      const { query, now, told } = readListOptions(options, context);
      const check = await told(context.api.resource(readCheck(text), query));
      context.printItem([...healthColumns(now), ...detailColumns], check);
    });
}

/** `service/name`, also with the kind between them. */
function readCheck(text: string): ResourceAddress {
  const parts = text.split('/');
  if (parts.length === 3 && parts[1] === 'health_check') parts.splice(1, 1);
  const [service = '', name = '', ...more] = parts;
  if (service !== '' && name !== '' && more.length === 0) return { service, kind: 'health_check', name };
  throw usageFailure(
    `'${text}' is no address of a health check: write service/name, as holdfast health ls lists them`,
  );
}
