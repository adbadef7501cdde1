import { createServer } from 'node:net';
import { nearestFew } from '@holdfast/shared';
import { didYouMean, usageFailure } from '../failure.ts';

/**
 * Refuses a host that is no address of this machine, before a token is asked for: with a wrong name that
 * would be the wrong advice. Whatever else is in the way of listening is told by the collector.
 *
 * @throws {Failure} 2
 */
export async function checkHost(host: string): Promise<void> {
  const code = await new Promise<string | undefined>((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code));
    server.listen({ host: host.replace(/^\[(.*)\]$/, '$1'), port: 0 }, () => {
      server.close(() => resolve(undefined));
    });
  });
  if (code === undefined || !notOurs.includes(code)) return;
  const hint = didYouMean(nearestFew(host, usual, 1)) || '; use 127.0.0.1, or an address of its own';
  throw usageFailure(`--host ${host} is no address of this machine${hint}`);
}

const notOurs: readonly string[] = ['EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN', 'EINVAL'];
const usual: readonly string[] = ['localhost', '127.0.0.1', '0.0.0.0'];
