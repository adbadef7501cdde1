import { isProblem, worstFirst } from '@holdfast/shared';
import type { Command } from 'commander';
import { breakerColumns } from '../columns/breakers.ts';
import { contextOf } from '../context.ts';
import type { Host } from '../host.ts';
import { group } from './group.ts';

export const breakersDescription = 'the circuit breakers: see them, hold them, let them go';

export function registerBreakersLs(program: Command, host: Host): void {
  group(program, 'breakers', breakersDescription)
    .command('ls')
    .description('a line a breaker, the worst first')
    .option('--service <name>', 'only those of this service')
    .option('--problems', 'only those that an operator should look at')
    .action(async (options: { service?: string; problems?: boolean }, command: Command) => {
      const context = contextOf(command, host);
      const all = worstFirst(await context.api.breakers(options.service));
      const shown = options.problems === true ? all.filter(isProblem) : all;
      const empty = all.length === 0 ? 'no breakers yet' : 'no breaker has a problem';
      context.printList(breakerColumns(host.clock.now()), shown, empty);
    });
}
