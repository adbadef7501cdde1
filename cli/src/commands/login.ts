import { formatDuration, loginFragment } from '@holdfast/shared';
import type { Command } from 'commander';
import { contextOf } from '../context.ts';
import type { Host } from '../host.ts';

export function registerLogin(program: Command, host: Host): void {
  program
    .command('login')
    .description('a link that logs a browser in with the rights of your token, once')
    .action(async (_options: object, command: Command) => {
      const { api, printing, url, say } = contextOf(command, host);
      const { code, expiresAt } = await api.createLoginCode();
      const link = `${url}/#${loginFragment}${code}`;
      const isForPeople = printing.format === 'table' || printing.format === 'wide';
      host.out.write(isForPeople ? `${link}\n` : `${JSON.stringify({ url: link, code, expiresAt })}\n`);
      if (!isForPeople) return;
      const left = formatDuration(Math.max(0, expiresAt - host.clock.now()));
      say(`open it in a browser, or paste it into the page; it works once, for ${left}`);
    });
}
