import path from 'node:path';
import type { Command } from 'commander';
import type { Host } from '../host.ts';
import { adminCommand, dataFolder } from './admin.ts';

export function registerAdminBackup(program: Command, host: Host): void {
  adminCommand(program, 'backup')
    .description('write all data into one file, as it is at one moment; also while the collector runs')
    .argument('<file>', 'the file to make')
    .action(async (name: string, options: { data: string }) => {
      const dataDir = dataFolder(options.data);
      const { backUpData } = await import('../collector/open-collector.ts');
      const { file, bytes } = await backUpData(dataDir, path.resolve(name));
      host.out.write(`${file}: ${bytes} bytes, checked\n`);
    });
}
