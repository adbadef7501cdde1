import { homedir } from 'node:os';
import path from 'node:path';
import type { CollectorOptions } from '@holdfast/collector';
import { parseDuration } from '@holdfast/shared';
import { type Command, InvalidArgumentError } from 'commander';
import { type Context, contextOf } from '../context.ts';
import { usageFailure } from '../failure.ts';
import type { Host } from '../host.ts';
import { dashboardFolder } from '../installation.ts';
import { readText } from '../read-text.ts';
import { version } from '../version.ts';
import { announcement } from './announcement.ts';

interface Options {
  readonly host: string;
  readonly port: number;
  readonly data?: string;
  readonly allowHost: readonly string[];
  readonly keep?: number;
  readonly keepSeconds?: number;
  readonly keepHours?: number;
  readonly maxSize?: number;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly behindProxy?: boolean;
  readonly exitOnDisconnect?: boolean;
}

export function registerUp(program: Command, host: Host): void {
  program
    .command('up')
    .description('the collector with its dashboard, until Ctrl-C')
    .option(
      '--host <address>',
      'the address to listen on; any but loopback needs a token, and wants TLS',
      '127.0.0.1',
    )
    .option('--port <port>', 'the port to listen on; 0 for any that is free', readPort, 4900)
    .option('--data <folder>', 'where the data are kept (default: ~/.local/share/holdfast)')
    .option(
      '--allow-host <name>',
      'a further name by which it may be called; can be given again',
      collect,
      [],
    )
    .option('--tls-cert <file>', 'the certificate and its chain in PEM; https and wss from then on')
    .option('--tls-key <file>', 'the key of the certificate in PEM')
    .option('--behind-proxy', 'a proxy stands before it and encrypts; its X-Forwarded headers are believed')
    .option('--keep <time>', 'how long the log, minutes and events are kept (default: 30d)', readKeep)
    .option('--keep-seconds <time>', 'how long single seconds are kept (default: 1d)', readKeep)
    .option('--keep-hours <time>', 'how long hours are kept (default: 1y)', readKeep)
    .option('--max-size <size>', 'what the data may take, such as 10g; the oldest goes first', readSize)
    .option('--exit-on-disconnect', 'end when the channel to the parent process closes; for whoever forks it')
    .action(async (options: Options, command: Command) => {
      const context = contextOf(command, host);
      const stop = host.stopSignal();
      const end = options.exitOnDisconnect === true ? AbortSignal.any([stop, disconnected()]) : stop;
      await serve(context, options, end);
    });
}

/** Where the data are kept unless `--data` says otherwise. */
function defaultDataFolder(env: Host['env']): string {
  return path.join(env['XDG_DATA_HOME'] || path.join(homedir(), '.local', 'share'), 'holdfast');
}

async function serve(context: Context, options: Options, end: AbortSignal): Promise<void> {
  const { host, token } = context;
  const dataFolder = options.data ?? defaultDataFolder(host.env);
  const [{ openCollector }, { checkHost }] = await Promise.all([
    import('../collector/open-collector.ts'),
    import('../collector/check-host.ts'),
  ]);
  await checkHost(options.host);
  const collector = await openCollector({
    host: options.host,
    port: options.port,
    dataDir: dataFolder,
    dashboardDir: dashboardFolder,
    allowHosts: options.allowHost,
    ...encryptionOf(options),
    ...keptFor(options),
    version,
    ...(token === undefined ? {} : { token }),
    log: (level, message) => context.say(level === 'info' ? message : `${level}: ${message}`),
  });
  if (context.printing.format === 'table') {
    host.out.write(announcement({ ...options, url: collector.url, dataFolder, isOpen: collector.isOpen }));
  } else {
    const facts = { url: collector.url, port: collector.port, dataFolder: path.resolve(dataFolder), version };
    host.out.write(`${JSON.stringify(facts)}\n`);
  }
  await aborted(end);
  await collector.close();
}

function readPort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new InvalidArgumentError('It must be a port from 0 to 65535.');
}

function encryptionOf({ tlsCert, tlsKey, behindProxy }: Options): Partial<CollectorOptions> {
  if ((tlsCert === undefined) !== (tlsKey === undefined))
    throw usageFailure('--tls-cert and --tls-key belong together; give both');
  return {
    ...(tlsCert === undefined || tlsKey === undefined
      ? {}
      : { tls: { cert: readText('--tls-cert', tlsCert), key: readText('--tls-key', tlsKey) } }),
    ...(behindProxy === true ? { isBehindProxy: true } : {}),
  };
}

/** What is asked for of how long and how much is kept. */
function keptFor({ keep, keepSeconds, keepHours, maxSize }: Options): Partial<CollectorOptions> {
  return {
    ...(keep === undefined ? {} : { retentionMs: keep }),
    ...(keepSeconds === undefined ? {} : { secondsRetentionMs: keepSeconds }),
    ...(keepHours === undefined ? {} : { hoursRetentionMs: keepHours }),
    ...(maxSize === undefined ? {} : { maxBytes: maxSize }),
  };
}

function readKeep(text: string): number {
  const span = parseDuration(text);
  if (span !== undefined && span >= 60_000) return span;
  throw new InvalidArgumentError('It must be a time of at least a minute, such as 12h, 30d or 1y.');
}

function readSize(text: string): number {
  const [, amount = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([kmgt])(?:i?b)?$/i.exec(text.trim()) ?? [];
  if (amount === '') throw new InvalidArgumentError('It must be a size such as 500m or 10g.');
  return Math.round(Number(amount) * 1_024 ** ('kmgt'.indexOf(unit.toLowerCase()) + 1));
}

function collect(name: string, before: readonly string[]): string[] {
  return [...before, name];
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function disconnected(): AbortSignal {
  const controller = new AbortController();
  process.once('disconnect', () => controller.abort());
  return controller.signal;
}
