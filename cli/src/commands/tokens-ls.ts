import type { Command } from 'commander';
import { tokenColumns } from '../columns/tokens.ts';
import { contextOf } from '../context.ts';
import type { Host } from '../host.ts';
import { tokensCommand, tokensOf } from './tokens.ts';

export function registerTokensLs(program: Command, host: Host): void {
  tokensCommand(program, 'ls')
    .description('a line a token, those that ended too; never the token itself')
    .action(async (options: { data?: string }, command: Command) => {
      const context = contextOf(command, host);
      const tokens = await tokensOf(context, options);
      context.printList(tokenColumns(host.clock.now()), tokens, 'there are no tokens');
    });
}
