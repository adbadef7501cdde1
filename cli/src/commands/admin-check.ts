import type { Command } from 'commander';
import { exitCodes } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import type { Host } from '../host.ts';
import { adminCommand, dataFolder } from './admin.ts';

export function registerAdminCheck(program: Command, host: Host): void {
  adminCommand(program, 'check')
    .description('look for damage in the data; also while the collector runs')
    .action(async (options: { data: string }) => {
      const dataDir = dataFolder(options.data);
      const { problemsOfData } = await import('../collector/open-collector.ts');
      const problems = await problemsOfData(dataDir);
      if (problems.length > 0)
        throw new Failure(exitCodes.failed, `${dataDir} is damaged: ${problems.join('; ')}`);
      host.out.write(`${dataDir} is whole\n`);
    });
}
