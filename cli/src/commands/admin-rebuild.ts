import path from 'node:path';
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { contextOf } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import type { Host } from '../host.ts';
import { version } from '../version.ts';
import { group } from './group.ts';

export function registerAdminRebuild(program: Command, host: Host): void {
  group(program, 'admin', 'the care of the data of a collector')
    .command('rebuild')
    .description('fold the log of a stopped collector anew: minutes, error counts and snapshots')
    .requiredOption('--data <folder>', 'the data folder of the collector')
    .action(async (options: { data: string }, command: Command) => {
      const context = contextOf(command, host);
      const dataDir = path.resolve(options.data);
      if (!existsSync(dataDir)) {
        throw new Failure(
          exitCodes.notFound,
          `there is no folder ${dataDir}; give the one of holdfast up --data`,
        );
      }
      const { openCollector } = await import('../collector/open-collector.ts');
      const say = (level: string, message: string): void => context.say(`${level}: ${message}`);
      const collector = await openCollector({ dataDir, port: 0, version, log: say });
      try {
        await collector.rebuild();
      } finally {
        await collector.close();
      }
      host.out.write(`${dataDir} is rebuilt from its log\n`);
    });
}
