import { nearestFew } from '@holdfast/shared';
import type { Command } from 'commander';
import { tokenColumns } from '../columns/tokens.ts';
import { contextOf } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { didYouMean, Failure } from '../failure.ts';
import type { Host } from '../host.ts';
import { tokensCommand, tokensOf } from './tokens.ts';

export function registerTokensGet(program: Command, host: Host): void {
  tokensCommand(program, 'get <id>')
    .description('all that is known of one token; never the token itself')
    .action(async (id: string, options: { data?: string }, command: Command) => {
      const context = contextOf(command, host);
      const tokens = await tokensOf(context, options);
      const found = tokens.find((token) => token.id === id);
      if (found === undefined) {
        const nearest = nearestFew(
          id,
          tokens.map((token) => token.id),
          1,
        );
        throw new Failure(exitCodes.notFound, `no token has the id ${id}${didYouMean(nearest)}`);
      }
      context.printItem(tokenColumns(host.clock.now()), found);
    });
}
