import { formatDuration, overrideLimits, type ReleaseRequest } from '@holdfast/shared';
import { type Command, Option } from 'commander';
import { usageFailure } from '../failure.ts';
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

/** Adds what an act takes that happens once. `--for` is known, so that its refusal can say why. */
export function withoutHold(command: Command): Command {
  const refuse = (): never => {
    throw usageFailure(`${command.name()} happens once and holds nothing, so it takes no --for`);
  };
  return withReason(command).addOption(new Option('--for <time>').argParser(refuse).hideHelp());
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
