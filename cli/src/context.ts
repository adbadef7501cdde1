import type { Command } from 'commander';
import { type ApiClient, createApiClient } from './client/api-client.ts';
import { defaultUrl, readCollectorUrl } from './client/collector-url.ts';
import { usageFailure } from './failure.ts';
import type { Host, Sink } from './host.ts';
import type { Column } from './output/columns.ts';
import { colorLevelOf } from './output/paint.ts';
import { type Format, formatItem, formatList, type Printing } from './output/print.ts';
import { readText } from './read-text.ts';
import { createStyle, speaksUnicode, type Style } from './output/style.ts';

/** The options that every command understands. */
export interface GlobalOptions {
  readonly url?: string;
  readonly tokenFile?: string;
  readonly ca?: string;
  readonly output: Format;
  readonly color: boolean;
  readonly ascii?: boolean;
}

/** What a command works with: the collector it speaks to and the way it prints. */
export interface Context {
  readonly host: Host;
  readonly url: string;
  readonly token: string | undefined;
  /** The authorities in PEM that the collector's certificate is to be from; else those that Node knows. */
  readonly ca: string | undefined;
  readonly api: ApiClient;
  readonly printing: Printing;
  /** A list on stdout; where there is nothing to list, a word about it on stderr. */
  printList<T>(columns: readonly Column<T>[], rows: readonly T[], empty: string): void;
  printItem<T>(columns: readonly Column<T>[], item: T): void;
  /** A line on stderr. */
  say(line: string): void;
}

/** Reads the global options; a command line option goes before the environment, that before the default. */
export function contextOf(command: Command, host: Host): Context {
  const options = command.optsWithGlobals<GlobalOptions>();
  const url = collectorUrl(options, host);
  const token = readToken(options, host);
  const ca = readAuthorities(options, host);
  const printing = printingOf(options, host);
  const say = (line: string): void => host.err.write(`${printing.style.clean(line)}\n`);
  return {
    host,
    url,
    token,
    ca,
    api: createApiClient({ url, token, ca }),
    printing,
    printList(columns, rows, empty) {
      const isForPeople = printing.format === 'table' || printing.format === 'wide';
      if (rows.length === 0 && isForPeople) say(empty);
      else host.out.write(formatList(columns, rows, printing));
    },
    printItem: (columns, item) => host.out.write(formatItem(columns, item, printing)),
    say,
  };
}

function collectorUrl({ url }: GlobalOptions, { env }: Host): string {
  if (url !== undefined) return readCollectorUrl(url, '--url');
  const fromEnv = env['HOLDFAST_URL'];
  return fromEnv === undefined || fromEnv === '' ? defaultUrl : readCollectorUrl(fromEnv, 'HOLDFAST_URL');
}

function readToken({ tokenFile }: GlobalOptions, { env }: Host): string | undefined {
  if (tokenFile === undefined) return env['HOLDFAST_TOKEN'] || undefined;
  const token = readText('--token-file', tokenFile).trim();
  if (token !== '') return token;
  throw usageFailure(`--token-file must name a file that holds a token, but ${tokenFile} is empty`);
}

/** The certificates of authorities; `undefined` for those that Node knows. */
function readAuthorities({ ca }: GlobalOptions, { env }: Host): string | undefined {
  const origin = ca === undefined ? 'HOLDFAST_CA' : '--ca';
  const file = ca ?? env['HOLDFAST_CA'] ?? '';
  if (file === '') return undefined;
  const text = readText(origin, file);
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw usageFailure(`${origin} must name a file with certificates in PEM, but ${file} holds none`);
}

function printingOf(options: GlobalOptions, host: Host): Printing {
  const { columns } = host.out;
  const style = styleFor(options, host, host.out);
  return { format: options.output, style, ...(columns === undefined ? {} : { width: columns }) };
}

/** How text is to look on a stream. */
function styleFor(options: GlobalOptions, { env }: Host, sink: Sink): Style {
  const level = colorLevelOf({
    isTerminal: sink.isTerminal,
    bits: sink.colorBits,
    noColor: !options.color || (env['NO_COLOR'] ?? '') !== '',
    env,
  });
  return createStyle(level, options.ascii === true || (sink.isTerminal && !speaksUnicode(env)));
}
