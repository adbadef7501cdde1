import { homedir } from 'node:os';
import path from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { liveUrl } from '../client/collector-url.ts';
import { type Context, contextOf } from '../context.ts';
import type { Host } from '../host.ts';
import { dashboardFolder } from '../installation.ts';
import { version } from '../version.ts';

interface Options {
  readonly host: string;
  readonly port: number;
  readonly data?: string;
  readonly allowHost: readonly string[];
  readonly exitOnDisconnect?: boolean;
}

export function registerUp(program: Command, host: Host): void {
  program
    .command('up')
    .description('the collector with its dashboard, until Ctrl-C')
    .option('--host <address>', 'the address to listen on; any but loopback needs a token', '127.0.0.1')
    .option('--port <port>', 'the port to listen on; 0 for any that is free', readPort, 4900)
    .option('--data <folder>', 'where the data are kept (default: ~/.local/share/holdfast)')
    .option(
      '--allow-host <name>',
      'a further name by which it may be called; can be given again',
      collect,
      [],
    )
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
    version,
    ...(token === undefined ? {} : { token }),
    log: (level, message) => context.say(level === 'info' ? message : `${level}: ${message}`),
  });
  if (context.printing.format === 'table') {
    host.out.write(announcement(collector.url, dataFolder));
  } else {
    const facts = { url: collector.url, port: collector.port, dataFolder: path.resolve(dataFolder), version };
    host.out.write(`${JSON.stringify(facts)}\n`);
  }
  await aborted(end);
  await collector.close();
}

function announcement(url: string, dataFolder: string): string {
  return [
    `Holdfast ${version} listens on ${url}`,
    `  dashboard  ${url}/`,
    `  agents     ${new URL(liveUrl(url)).origin}`,
    `  data       ${path.resolve(dataFolder)}`,
    '  terminal   holdfast watch',
    '',
  ].join('\n');
}

function readPort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new InvalidArgumentError('It must be a port from 0 to 65535.');
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
