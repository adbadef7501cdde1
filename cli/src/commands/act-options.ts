import { formatDuration, overrideLimits, type ReleaseRequest } from '@holdfast/shared';
import { type Command, Option } from 'commander';
import type { Context } from '../context.ts';
import type { Host } from '../host.ts';
import { readHold } from './time-options.ts';

export interface ActOptions {
  readonly for?: string;
  readonly reason?: string;
}

/** Adds what every act takes that lasts: for how long, and why. */
export function withHold(command: Command): Command {
  const usual = formatDuration(overrideLimits.defaultForMs);
  return withReason(command).option(
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

/** Who does it, from where, why and for how long, as the API takes it. */
export function readAct(
  host: Host,
  options: ActOptions,
): Omit<ReleaseRequest, 'instance'> & { readonly forMs?: number } {
  return {
    by: host.userName,
    via: 'cli',
    ...(options.reason === undefined ? {} : { reason: options.reason }),
    ...(options.for === undefined ? {} : { forMs: readHold(options.for) }),
  };
}
