import type { Command } from 'commander';
import { contextOf } from '../context.ts';
import type { Host } from '../host.ts';
import { type ActOptions, readAct, withIfVersion, withReason } from './act-options.ts';
import { flagsDescription } from './flags-ls.ts';
import { group } from './group.ts';
import { printAct } from './print-act.ts';

export function registerFlagsClear(program: Command, host: Host): void {
  withIfVersion(withReason(group(program, 'flags', flagsDescription).command('clear')))
    .description('end what a person has set: the flag follows its bindings and its default again')
    .argument('<key>', 'the flag')
    .action(async (key: string, options: ActOptions, command: Command) => {
      const context = contextOf(command, host);
      printAct(context, await context.api.clearFlag(key, readAct(host, options)));
    });
}
