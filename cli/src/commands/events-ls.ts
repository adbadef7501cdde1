import type { Command } from 'commander';
import { eventColumns } from '../columns/events.ts';
import { contextOf } from '../context.ts';
import type { Host } from '../host.ts';
import { group } from './group.ts';
import { limitOption } from './limit-option.ts';
import { readPeriod, sinceOption, untilOption } from './time-options.ts';

export function registerEventsLs(program: Command, host: Host): void {
  group(program, 'events', 'what happened')
    .command('ls')
    .description('a line an event, the newest last')
    .addOption(limitOption(50))
    .option(...sinceOption)
    .option(...untilOption)
    .action(async (options: { limit: number; since?: string; until?: string }, command: Command) => {
      const context = contextOf(command, host);
      const { sinceAt, includes } = readPeriod(options, host.clock.now());
      const query = { limit: options.limit, ...(sinceAt === undefined ? {} : { sinceAt }) };
      const events = (await context.api.events(query)).filter((event) => includes(event.at));
      context.printList(eventColumns, events, 'no events');
    });
}
