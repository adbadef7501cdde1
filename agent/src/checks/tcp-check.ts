import { once } from 'node:events';
import { connect } from 'node:net';
import type { HealthProbe } from '../health/probe.ts';
import { readOptions, text, whole } from '../options/checks.ts';
import { innermost } from './innermost.ts';
import { type TimeLimits, timeChecks, timed } from './timed.ts';

export interface TcpCheckOptions extends TimeLimits {
  readonly host: string;
  readonly port: number;
}

/** `up` where a TCP connection can be opened; it is closed again at once. Throws for bad options. */
export function tcpCheck(options: TcpCheckOptions): HealthProbe {
  const { host, port, ...limits } = readOptions(optionChecks, options, 'tcpCheck');
  return timed(limits, async (signal) => {
    const socket = connect({ host, port, signal });
    try {
      await once(socket, 'connect');
    } catch (error) {
      throw innermost(error);
    } finally {
      socket.destroy();
    }
  });
}

const optionChecks = { host: text(256), port: whole({ min: 1, max: 65_535 }), ...timeChecks };
