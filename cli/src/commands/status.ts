import type { StatusView } from '@holdfast/shared';
import type { Command } from 'commander';
import { firstSteps } from '../client/first-steps.ts';
import { levelTones, statusColumns } from '../columns/status.ts';
import { contextOf } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Host } from '../host.ts';
import { atOption, type ListOptions, readListOptions } from './list-options.ts';

export function registerStatus(program: Command, host: Host): void {
  program
    .command('status')
    .description('one sentence: what is wrong, since when, why, and what is degraded')
    .option('--exit-code', 'end with 10 when something is degraded, with 11 when a breaker is open')
    .option(...atOption)
    .action(async (options: ListOptions & { exitCode?: boolean }, command: Command) => {
      const context = contextOf(command, host);
      const { query, told } = readListOptions(options, context);
      const status = await told(context.api.status(query));
      const { format, style } = context.printing;
      if (format === 'table') {
        host.out.write(`${style.paint(levelTones[status.level], style.clean(status.sentence))}\n`);
      } else {
        context.printItem(statusColumns, status);
      }
      if (status.level === 'empty' && status.lastLeftAt === undefined) context.say(firstSteps(context.url));
      if (options.exitCode === true) host.exitCode = exitCodeOf(status.level);
    });
}

function exitCodeOf(level: StatusView['level']): number {
  switch (level) {
    case 'empty':
    case 'calm':
      return exitCodes.ok;
    case 'degraded':
      return exitCodes.degraded;
    case 'broken':
      return exitCodes.breakerOpen;
  }
}
