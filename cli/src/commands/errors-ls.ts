import { type ErrorView, unclassifiedHint } from '@holdfast/shared';
import type { Command } from 'commander';
import { errorColumns } from '../columns/errors.ts';
import { type Context, contextOf } from '../context.ts';
import type { Host } from '../host.ts';
import { group } from './group.ts';
import { atOption, emptyText, filterOption, type ListOptions, readListOptions } from './list-options.ts';
import { type Period, readPeriod, sinceOption, untilOption } from './time-options.ts';

export const errorsDescription = 'the errors by what they have in common';

export function registerErrorsLs(program: Command, host: Host): void {
  group(program, 'errors', errorsDescription)
    .command('ls')
    .description('a line for all errors that are the same to a person, the busiest first')
    .option(...sinceOption)
    .option(...untilOption)
    .option(...atOption)
    .option(...filterOption)
    .action(async (options: ListOptions & Period, command: Command) => {
      const context = contextOf(command, host);
      const { query, now, told } = readListOptions(options, context, 'errors');
      const { between } = readPeriod(options, now);
      const errors = await told(context.api.errors({ ...query, ...between }));
      context.printList(errorColumns(now), errors, emptyText(options, 'no errors'));
      sayWhatToDo(errors, context);
    });
}

/** Errors that no rule knows need one. */
export function sayWhatToDo(errors: readonly ErrorView[], { printing, say }: Context): void {
  const isForPeople = printing.format === 'table' || printing.format === 'wide';
  if (isForPeople && errors.some((error) => error.class === 'unknown')) say(unclassifiedHint);
}
