import type { Command } from 'commander';
import { group } from './group.ts';

/** A command under `tokens`: asks the collector, or works on the data of one that does not run. */
export function tokensCommand(program: Command, usage: string): Command {
  return group(program, 'tokens', 'who may send, read, operate and administer')
    .command(usage)
    .option('--data <folder>', 'the data folder of a collector that does not run, instead of asking it');
}
