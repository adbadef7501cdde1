import type { TokenView } from '@holdfast/shared';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { dataFolder } from './admin.ts';
import { group } from './group.ts';

/** A command under `tokens`: asks the collector, or works on the data of one that does not run. */
export function tokensCommand(program: Command, usage: string): Command {
  return group(program, 'tokens', 'who may send, read, operate and administer')
    .command(usage)
    .option('--data <folder>', 'the data folder of a collector that does not run, instead of asking it');
}

/** All tokens, as the collector tells them, or as they stand in its data. */
export async function tokensOf(
  { api }: Context,
  { data }: { readonly data?: string },
): Promise<readonly TokenView[]> {
  if (data === undefined) return api.tokens();
  return (await import('../collector/open-collector.ts')).tokensInData(dataFolder(data));
}
