import type { Command } from 'commander';
import { contextOf } from '../context.ts';
import type { Host } from '../host.ts';
import { dataFolder } from './admin.ts';
import { tokensCommand } from './tokens.ts';

export function registerTokensRevoke(program: Command, host: Host): void {
  tokensCommand(program, 'revoke <id>')
    .description('end a token; what is connected with it is cut within a second')
    .option('--reason <text>', 'why, for the audit list')
    .action(async (id: string, options: { data?: string; reason?: string }, command: Command) => {
      const context = contextOf(command, host);
      const { data, reason } = options;
      const act = { by: host.userName, via: 'cli', ...(reason === undefined ? {} : { reason }) } as const;
      const { name } = await (data === undefined
        ? context.api.revokeToken(id, act)
        : (await import('../collector/open-collector.ts')).revokeTokenInData(dataFolder(data), {
            id,
            ...act,
          }));
      context.say(`token ${id} of ${name} is revoked`);
    });
}
