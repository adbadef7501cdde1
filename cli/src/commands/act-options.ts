import { formatDuration, overrideLimits, type ReleaseRequest } from '@holdfast/shared';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { IfVersion } from '../client/api-client.ts';
import type { Context } from '../context.ts';
import type { Host } from '../host.ts';
import { readHold } from './time-options.ts';

export interface ActOptions {
  readonly for?: string;
  readonly reason?: string;
  readonly ifVersion?: number;
}

/** Adds what every act takes that lasts: for how long, why, and by which version. */
export function withHold(command: Command): Command {
  const usual = formatDuration(overrideLimits.defaultForMs);
  return withIfVersion(withReason(command)).option(
    '--for <time>',
    `how long it holds: 30s, 15m, 1h30m; ${usual} unless given`,
  );
}

/** Adds what an act takes that happens once. All acts on a breaker take `--for`; here it changes nothing. */
export function withoutHold(command: Command): Command {
  return withReason(command).addOption(new Option('--for <time>').hideHelp());
}

/** The options of an act that happens once, and a word where they ask it to last. */
export function onceOnly(context: Context, options: ActOptions, name: string): ActOptions {
  const { for: time, ...rest } = options;
  if (time === undefined) return options;
  readHold(time);
  context.say(`${name} happens once and holds nothing: --for changes nothing`);
  return rest;
}

export function withReason(command: Command): Command {
  return command.option('--reason <text>', 'why; stands in the audit log');
}

/** Adds the version that an act is bound to. */
export function withIfVersion(command: Command): Command {
  const what = 'only if nobody has changed it since this version; get tells the present one';
  return command.addOption(new Option('--if-version <version>', what).argParser(readVersion));
}

function readVersion(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number, such as 17.');
}

/** Who does it, from where, why and for how long, as the API takes it. */
export function readAct(
  host: Host,
  options: ActOptions,
): Omit<ReleaseRequest, 'instance'> & IfVersion & { readonly forMs?: number } {
  return {
    by: host.userName,
    via: 'cli',
    ...(options.reason === undefined ? {} : { reason: options.reason }),
    ...(options.for === undefined ? {} : { forMs: readHold(options.for) }),
    ...(options.ifVersion === undefined ? {} : { ifVersion: options.ifVersion }),
  };
}
