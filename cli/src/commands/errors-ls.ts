import { unclassifiedHint } from '@holdfast/shared';
import type { Command } from 'commander';
import { errorColumns } from '../columns/errors.ts';
import { contextOf } from '../context.ts';
import type { Host } from '../host.ts';
import { group } from './group.ts';
import { atOption, emptyText, filterOption, type ListOptions, readListOptions } from './list-options.ts';
import { type Period, readPeriod, sinceOption, untilOption } from './time-options.ts';

export function registerErrorsLs(program: Command, host: Host): void {
  group(program, 'errors', 'the errors by class and place')
    .command('ls')
    .description('a line for each class of error at each place, the busiest first')
    .option(...sinceOption)
    .option(...untilOption)
    .option(...atOption)
    .option(...filterOption)
    .action(async (options: ListOptions & Period, command: Command) => {
      const context = contextOf(command, host);
      const { query, now } = readListOptions(options, context);
      const { includes } = readPeriod(options, now);
      const errors = (await context.api.errors(query)).filter((error) => includes(error.lastAt));
      context.printList(errorColumns(now), errors, emptyText(options, 'no errors'));
      const { format } = context.printing;
      const isForPeople = format === 'table' || format === 'wide';
      if (isForPeople && errors.some((error) => error.class === 'unknown')) context.say(unclassifiedHint);
    });
}
