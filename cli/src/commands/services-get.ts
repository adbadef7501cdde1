import type { Command } from 'commander';
import { serviceColumns } from '../columns/services.ts';
import { contextOf } from '../context.ts';
import type { Host } from '../host.ts';
import { group } from './group.ts';
import { atOption, type ListOptions, readListOptions } from './list-options.ts';
import { noSuchService } from './no-such-service.ts';
import { servicesDescription } from './services-ls.ts';

export function registerServicesGet(program: Command, host: Host): void {
  group(program, 'services', servicesDescription)
    .command('get')
    .description('all that is known of one service')
    .argument('<name>', 'the service')
    .option(...atOption)
    .action(async (name: string, options: ListOptions, command: Command) => {
      const context = contextOf(command, host);
      const { query, told } = readListOptions(options, context);
      const services = await told(context.api.services(query));
      const found = services.find(({ service }) => service === name);
      if (found === undefined) throw noSuchService(name, services);
      context.printItem(serviceColumns, found);
    });
}
