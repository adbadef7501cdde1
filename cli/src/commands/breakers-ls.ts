import { isProblem, worstFirst } from '@holdfast/shared';
import type { Command } from 'commander';
import { breakerColumns } from '../columns/breakers.ts';
import { type Context, contextOf } from '../context.ts';
import type { Host } from '../host.ts';
import { group } from './group.ts';
import { atOption, emptyText, filterOption, type ListOptions, readListOptions } from './list-options.ts';
import { noSuchService } from './no-such-service.ts';

export const breakersDescription = 'the circuit breakers: see them, hold them, let them go';

export function registerBreakersLs(program: Command, host: Host): void {
  group(program, 'breakers', breakersDescription)
    .command('ls')
    .description('a line a breaker, the worst first')
    .option('--service <name>', 'only those of this service')
    .option('--problems', 'only those that an operator should look at')
    .option(...atOption)
    .option(...filterOption)
    .action(async (options: ListOptions & { service?: string; problems?: boolean }, command: Command) => {
      const context = contextOf(command, host);
      const { service } = options;
      const { query, now, told } = readListOptions(options, context, 'resources');
      const of = service === undefined ? query : { ...query, service };
      const all = worstFirst(await told(context.api.breakers(of)));
      if (all.length === 0 && service !== undefined) await checkService(context, service);
      const shown = options.problems === true ? all.filter(isProblem) : all;
      const empty =
        all.length === 0
          ? emptyText(options, 'no connected service has a breaker')
          : 'no breaker has a problem';
      context.printList(breakerColumns(now), shown, empty);
    });
}

/** That a service has no breaker is not the same as that there is no such service. */
async function checkService({ api }: Context, service: string): Promise<void> {
  const services = await api.services();
  if (!services.some((one) => one.service === service)) throw noSuchService(service, services);
}
