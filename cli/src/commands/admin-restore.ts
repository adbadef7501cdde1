import path from 'node:path';
import type { Command } from 'commander';
import type { Host } from '../host.ts';
import { adminCommand } from './admin.ts';

export function registerAdminRestore(program: Command, host: Host): void {
  adminCommand(program, 'restore')
    .description("put a backup in the place of a stopped collector's data, which is kept beside it")
    .argument('<file>', 'what holdfast admin backup made')
    .action(async (file: string, options: { data: string }) => {
      const dataDir = path.resolve(options.data);
      const { restoreData } = await import('../collector/open-collector.ts');
      const { keptAs } = await restoreData(path.resolve(file), dataDir);
      const kept = keptAs === undefined ? '' : `; what was there is now ${keptAs}`;
      host.out.write(`${dataDir} is restored from ${file}${kept}\n`);
    });
}
