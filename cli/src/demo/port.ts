import { createServer } from 'node:net';
import { exitCodes } from '../exit-codes.ts';
import { Failure, messageOf } from '../failure.ts';

/**
 * Makes sure that a port of 127.0.0.1 can be had, and gives it; for 0 one that is free. Whoever needs it
 * listens a moment later, and again after each restart.
 *
 * @throws {Failure} 1 where somebody else has it.
 */
export function claimPort(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EADDRINUSE' ? 'is in use' : `cannot be had (${messageOf(error)})`;
      const problem = `port ${port} of 127.0.0.1 ${reason}; end what has it, or give another with --port`;
      reject(new Failure(exitCodes.failed, problem));
    });
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      const found = typeof address === 'object' && address !== null ? address.port : port;
      server.close(() => resolve(found));
    });
  });
}
