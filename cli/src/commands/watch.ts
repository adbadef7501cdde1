import type { Command } from 'commander';
import { contextOf } from '../context.ts';
import type { Host } from '../host.ts';
import { readReplay, replayAtOption, type ReplayOptions, speedOption } from './replay-options.ts';

export function registerWatch(program: Command, host: Host): void {
  program
    .command('watch')
    .description('the terminal UI; where no terminal is, a line an event')
    .option(...replayAtOption)
    .option(...speedOption)
    .action(async (options: ReplayOptions, command: Command) => {
      const context = contextOf(command, host);
      const question = readReplay(options, host.clock.now());
      if (host.out.isTerminal && host.hasKeyboard) {
        const { runWatch } = await import('../tui/run-watch.ts');
        return runWatch(context, question);
      }
      const status = await context.api.status();
      context.say(status.sentence);
      const { tailEvents } = await import('./tail.ts');
      await tailEvents(context, { limit: 10, sinceAt: undefined, filter: [], question });
    });
}
