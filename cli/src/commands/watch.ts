import type { Command } from 'commander';
import { contextOf } from '../context.ts';
import type { Host } from '../host.ts';

export function registerWatch(program: Command, host: Host): void {
  program
    .command('watch')
    .description('the terminal UI; where no terminal is, a line an event')
    .action(async (_options: object, command: Command) => {
      const context = contextOf(command, host);
      if (host.out.isTerminal && host.hasKeyboard) {
        const { runWatch } = await import('../tui/run-watch.ts');
        return runWatch(context);
      }
      const status = await context.api.status();
      context.say(status.sentence);
      const { tailEvents } = await import('./tail.ts');
      await tailEvents(context, { limit: 10, sinceAt: undefined, filter: [] });
    });
}
