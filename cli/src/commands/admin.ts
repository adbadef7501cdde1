import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { exitCodes } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { group } from './group.ts';

/** A command under `admin`, for the data folder of a collector. */
export function adminCommand(program: Command, usage: string): Command {
  return group(program, 'admin', 'the care of the data of a collector')
    .command(usage)
    .requiredOption('--data <folder>', 'the data folder of the collector');
}

/** The folder that `--data` names. Throws a `Failure` where it is not there. */
export function dataFolder(given: string): string {
  const folder = path.resolve(given);
  if (existsSync(folder)) return folder;
  throw new Failure(exitCodes.notFound, `there is no folder ${folder}; give the one of holdfast up --data`);
}
