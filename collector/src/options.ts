import { type Clock, show } from '@holdfast/shared';
import path from 'node:path';
import { CollectorError } from './errors.ts';
import type { Log } from './log.ts';
import { isLoopback } from './server/gate.ts';
import { systemClock } from './time/system-clock.ts';

export interface CollectorOptions {
  /** The folder of the database; made where it is missing. */
  readonly dataDir: string;
  /**
   * The address to listen on. Default 127.0.0.1; any other than loopback asks everybody for a token,
   * and should have `tls` or `isBehindProxy`.
   */
  readonly host?: string;
  /** Default 4900; 0 takes any free port. */
  readonly port?: number;
  /** The built dashboard. Without it, `/` says that there is none. */
  readonly dashboardDir?: string;
  /**
   * A token for everything, beside those in the data. Default `HOLDFAST_TOKEN`, else none. At least 16
   * characters.
   */
  readonly token?: string;
  /** The certificate with the chain to its authority, and its key, in PEM: then `https:` and `wss:` only. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /**
   * Whether a reverse proxy stands before it, whose `X-Forwarded-Proto`, `-Host`, `-For` are then believed.
   * Everybody needs a token, on loopback too. Default false.
   */
  readonly isBehindProxy?: boolean;
  /** Further names by which browsers and agents may call the collector: `name` or `name:port`. */
  readonly allowHosts?: readonly string[];
  /** How long the log, minutes and events are kept, milliseconds. Default 30 days. */
  readonly retentionMs?: number;
  /** How long single seconds are kept for charts, milliseconds. Default one day, at most `retentionMs`. */
  readonly secondsRetentionMs?: number;
  /** How long hours are kept for charts of the past, milliseconds. Default a year, at least `retentionMs`. */
  readonly hoursRetentionMs?: number;
  /** What the data may take, bytes, at least 64 MiB; what is oldest goes first. Default: no bound. */
  readonly maxBytes?: number;
  readonly clock?: Clock;
  /** Default: nothing is said. */
  readonly log?: Log;
  /** Shown in openapi.json. */
  readonly version?: string;
}

export interface CheckedOptions extends Required<Omit<CollectorOptions, OptionalOption>> {
  readonly dashboardDir: string | undefined;
  readonly tls: CollectorOptions['tls'];
  readonly token: string | undefined;
  /** Whether who comes without a token is let in: only this machine can come. */
  readonly isOpen: boolean;
}

type OptionalOption = 'dashboardDir' | 'token' | 'tls';

export const defaultPort = 4_900;
const dayMs = 86_400_000;
/** Less than that the newest hour of a busy fleet takes. */
const leastMaxBytes = 64 * 1_024 * 1_024;
const minTokenLength = 16;

/**
 * The options with their defaults. Throws a `CollectorError` that names the option, what was expected and
 * what came.
 */
export function checkOptions(options: CollectorOptions): CheckedOptions {
  const retentionMs = options.retentionMs ?? 30 * dayMs;
  const host = (options.host ?? '127.0.0.1').replace(/^\[(.*)\]$/, '$1');
  const token = options.token ?? (process.env['HOLDFAST_TOKEN'] || undefined);
  const isBehindProxy = options.isBehindProxy ?? false;
  const checked: CheckedOptions = {
    host,
    port: options.port ?? defaultPort,
    dataDir: options.dataDir,
    dashboardDir: options.dashboardDir,
    token,
    tls: options.tls,
    isBehindProxy,
    // What comes through a proxy comes from anywhere, whatever address it comes from.
    isOpen: isLoopback(host) && token === undefined && !isBehindProxy,
    allowHosts: options.allowHosts ?? [],
    retentionMs,
    secondsRetentionMs: Math.min(options.secondsRetentionMs ?? dayMs, retentionMs),
    hoursRetentionMs: Math.max(options.hoursRetentionMs ?? 366 * dayMs, retentionMs),
    maxBytes: options.maxBytes ?? Number.POSITIVE_INFINITY,
    clock: options.clock ?? systemClock,
    log: options.log ?? (() => {}),
    version: options.version ?? '0.0.0',
  };
  for (const [name, value, isRight, expected] of demandsOn(checked)) {
    if (!isRight) throw new CollectorError('bad_option', `${name} must be ${expected}, got ${show(value)}`);
  }
  checkToken(checked);
  return { ...checked, dataDir: path.resolve(checked.dataDir) };
}

type Demand = readonly [name: string, value: unknown, isRight: boolean, expected: string];

function demandsOn({
  host,
  port,
  dataDir,
  allowHosts,
  secondsRetentionMs,
  maxBytes,
}: CheckedOptions): readonly Demand[] {
  const isPort = Number.isInteger(port) && port >= 0 && port <= 65_535;
  const isHost = /^[\w.:-]{1,253}$/.test(host);
  const isLong = secondsRetentionMs >= 60_000;
  return [
    ['--port', port, isPort, 'a whole number from 0 to 65535'],
    ['--host', host, isHost, 'an address or a host name'],
    ['--data', dataDir, dataDir !== '', 'a folder'],
    ['a retention', secondsRetentionMs, isLong, 'at least a minute (60000)'],
    ['--max-size', maxBytes, maxBytes >= leastMaxBytes, 'at least 64m'],
    ...allowHosts.map((name): Demand => ['--allow-host', name, isAllowable(name), 'NAME or NAME:PORT']),
  ];
}

function isAllowable(name: string): boolean {
  return /^([\w.-]+|\[[\da-f:]+\])(:\d{1,5})?$/i.test(name);
}

/** The token is never shown, not even in part. */
function checkToken({ token }: CheckedOptions): void {
  if (token === undefined || (token.length >= minTokenLength && /^[\x21-\x7e]+$/.test(token))) return;
  const rule = `the token must be at least ${minTokenLength} printable characters without spaces`;
  const mend = 'make one with: holdfast tokens create';
  throw new CollectorError('bad_option', `HOLDFAST_TOKEN is wrong: ${rule}; ${mend}`);
}

/** Why a collector that others could reach does not start; `undefined` where nothing is in the way. */
export function unguarded(options: CheckedOptions, hasToken: boolean): CollectorError | undefined {
  return options.isOpen || hasToken ? undefined : tokenRequired(options);
}

/** What to warn of where tokens travel so that everybody on the way can read them. */
export function readableOnTheWay({ host, tls, isBehindProxy }: CheckedOptions): string | undefined {
  if (isLoopback(host) || tls !== undefined || isBehindProxy) return undefined;
  const what = `--host ${host} opens the collector to the network, and nothing encrypts what is said there`;
  return `${what}, tokens included: give --tls-cert FILE and --tls-key FILE, or --behind-proxy`;
}

function tokenRequired({ host, dataDir, isBehindProxy }: CheckedOptions): CollectorError {
  const opens = isBehindProxy && isLoopback(host) ? '--behind-proxy' : `--host ${host}`;
  const what = `${opens} opens the collector to the network, so it needs a token`;
  const folder = /^[\w./-]+$/.test(dataDir) ? dataDir : `'${dataDir.replaceAll("'", "'\\''")}'`;
  const make = `holdfast tokens create --scope admin --name admin --data ${folder}`;
  return new CollectorError('token_required', `${what} (or one in HOLDFAST_TOKEN); make one with: ${make}`);
}
