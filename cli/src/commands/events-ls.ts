import type { Command } from 'commander';
import { eventColumns } from '../columns/events.ts';
import { contextOf } from '../context.ts';
import type { Host } from '../host.ts';
import { group } from './group.ts';
import { atOption, emptyText, filterOption, type ListOptions, readListOptions } from './list-options.ts';
import { limitOption } from './limit-option.ts';
import { type Period, readPeriod, sinceOption, untilOption } from './time-options.ts';

export const eventsDescription = 'what happened';

export function registerEventsLs(program: Command, host: Host): void {
  group(program, 'events', eventsDescription)
    .command('ls')
    .description('a line an event, the newest last')
    .addOption(limitOption(50))
    .option(...sinceOption)
    .option(...untilOption)
    .option(...atOption)
    .option(...filterOption)
    .action(async (options: ListOptions & Period & { limit: number }, command: Command) => {
      const context = contextOf(command, host);
      const { query, now, told } = readListOptions(options, context, 'events');
      const { between } = readPeriod(options, now);
      const events = await told(context.api.events({ limit: options.limit, ...query, ...between }));
      context.printList(eventColumns(host.clock.now()), events, emptyText(options, 'no events'));
    });
}
