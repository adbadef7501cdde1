import type { Command } from 'commander';
import { eventColumns } from '../columns/events.ts';
import { contextOf } from '../context.ts';
import type { Host } from '../host.ts';
import { eventsDescription } from './events-ls.ts';
import { group } from './group.ts';

export function registerEventsGet(program: Command, host: Host): void {
  group(program, 'events', eventsDescription)
    .command('get')
    .description('all that is known of one event')
    .argument('<id>', 'the event, as holdfast events ls -o wide names it')
    .action(async (id: string, _options: object, command: Command) => {
      const context = contextOf(command, host);
      context.printItem(eventColumns(host.clock.now()), await context.api.event(id));
    });
}
