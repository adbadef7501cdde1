import { type ErrorClass, errorClasses } from '@holdfast/shared';
import { type Command, Option } from 'commander';
import { errorColumns, errorDetailColumns } from '../columns/errors.ts';
import { contextOf } from '../context.ts';
import type { Host } from '../host.ts';
import { errorsDescription, sayWhatToDo } from './errors-ls.ts';
import { group } from './group.ts';
import { atOption, type ListOptions, readListOptions } from './list-options.ts';

export function registerErrorsGet(program: Command, host: Host): void {
  group(program, 'errors', errorsDescription)
    .command('get')
    .description('all that is known of one group of errors')
    .argument(
      '<group>',
      'its fingerprint; where it has none, the resource: SERVICE/NAME or SERVICE/KIND/NAME',
    )
    .addOption(
      new Option('--class <class>', 'where errors of several classes have it; else what came last').choices(
        errorClasses,
      ),
    )
    .option(...atOption)
    .action(async (fingerprint: string, options: ListOptions & { class?: ErrorClass }, command: Command) => {
      const context = contextOf(command, host);
      const { query, now, told } = readListOptions(options, context);
      const ofClass = options.class === undefined ? {} : { class: options.class };
      const error = await told(context.api.error(fingerprint, { ...query, ...ofClass }));
      context.printItem([...errorColumns(now), ...errorDetailColumns], error);
      sayWhatToDo([error], context);
    });
}
