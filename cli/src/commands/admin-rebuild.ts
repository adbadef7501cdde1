import type { Command } from 'commander';
import { contextOf } from '../context.ts';
import type { Host } from '../host.ts';
import { version } from '../version.ts';
import { adminCommand, dataFolder } from './admin.ts';

export function registerAdminRebuild(program: Command, host: Host): void {
  adminCommand(program, 'rebuild')
    .description('fold the log of a stopped collector anew: minutes, error counts and snapshots')
    .action(async (options: { data: string }, command: Command) => {
      const context = contextOf(command, host);
      const dataDir = dataFolder(options.data);
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
