import { matchesFilter, tokenSubject } from '@holdfast/shared';
import type { Command } from 'commander';
import { tokenColumns } from '../columns/tokens.ts';
import { contextOf } from '../context.ts';
import type { Host } from '../host.ts';
import { emptyText, filterOption, readFilter } from './list-options.ts';
import { tokensCommand, tokensOf } from './tokens.ts';

export function registerTokensLs(program: Command, host: Host): void {
  tokensCommand(program, 'ls')
    .description('a line a token, those that ended too; never the token itself')
    .option(...filterOption)
    .action(async (options: { data?: string; filter?: string }, command: Command) => {
      const context = contextOf(command, host);
      const now = host.clock.now();
      // Here, as without a collector there is nobody else to do it.
      const filter = readFilter(options.filter ?? '', 'tokens');
      const tokens = await tokensOf(context, options);
      const shown = tokens.filter((token) => matchesFilter(filter, tokenSubject(token, now)));
      context.printList(tokenColumns(now), shown, emptyText(options, 'there are no tokens'));
    });
}
