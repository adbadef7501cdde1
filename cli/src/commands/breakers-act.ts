import {
  type ActAnswer,
  type BreakerOverride,
  breakerOverrideEffect,
  type ReleaseRequest,
} from '@holdfast/shared';
import type { Command } from 'commander';
import type { BreakerAddress } from '../client/address.ts';
import type { IfVersion } from '../client/api-client.ts';
import { type Context, contextOf } from '../context.ts';
import type { Host } from '../host.ts';
import {
  type ActOptions,
  onceOnly,
  readAct,
  withHold,
  withIfVersion,
  withoutHold,
  withReason,
} from './act-options.ts';
import { readBreakerAddress } from './breaker-argument.ts';
import { breakersDescription } from './breakers-ls.ts';
import { confirm } from './confirm.ts';
import { group } from './group.ts';
import { printAct } from './print-act.ts';

interface Options extends ActOptions {
  readonly yes?: boolean;
}

/** What takes protection or service away is confirmed; what gives it back is not. */
const acts = [
  { name: 'open', state: 'forced_open', isGrave: true, description: 'hold it open: every call is rejected' },
  { name: 'disable', state: 'disabled', isGrave: true, description: 'bypass it: every call goes through' },
  { name: 'close', state: 'closed', isGrave: false, description: 'close it once, with an empty window' },
] as const;

export function registerBreakersAct(program: Command, host: Host): void {
  const breakers = group(program, 'breakers', breakersDescription);
  for (const act of acts) {
    const command = breakers
      .command(act.name)
      .description(act.description)
      .argument(...addressArgument);
    (act.state === 'closed' ? withIfVersion(withoutHold(command)) : withHold(command))
      .option('-y, --yes', 'do not ask; off a terminal it never asks')
      .action(async (text: string, options: Options, command: Command) => {
        const context = contextOf(command, host);
        const address = readBreakerAddress(text);
        const given = act.state === 'closed' ? onceOnly(context, options, act.name) : options;
        const request = requestOf(host, given, address);
        const isAsked = act.isGrave && options.yes !== true;
        const shown = isAsked ? await confirmed(context, address, act.state) : {};
        printAct(context, await context.api.setBreaker(address, { ...shown, ...request, state: act.state }));
      });
  }
  registerRelease(breakers, host);
  registerReset(breakers, host);
}

const addressArgument = [
  '<address>',
  'the breaker: SERVICE/NAME, or SERVICE@INSTANCE/NAME for one instance',
] as const;

function registerRelease(breakers: Command, host: Host): void {
  withIfVersion(withReason(breakers.command('release').argument(...addressArgument)))
    .description('end what a person holds: it decides by itself again')
    .action(async (text: string, options: Options, command: Command) => {
      const context = contextOf(command, host);
      const address = readBreakerAddress(text);
      printAct(context, await context.api.releaseBreaker(address, requestOf(host, options, address)));
    });
}

function registerReset(breakers: Command, host: Host): void {
  withoutHold(breakers.command('reset').argument(...addressArgument))
    .description('release it where it is held, and close it with an empty window')
    .action(async (text: string, options: Options, command: Command) => {
      const context = contextOf(command, host);
      const given = onceOnly(context, options, 'reset');
      printAct(context, await reset(context, readBreakerAddress(text), given));
    });
}

async function reset(context: Context, address: BreakerAddress, options: Options): Promise<ActAnswer> {
  const request = requestOf(context.host, options, address);
  const { by, via, reason = 'reset' } = request;
  const { breaker } = await context.api.breaker(address);
  const holds = [breaker?.override ?? [], breaker?.otherOverrides ?? []].flat();
  for (const { instance } of holds) {
    if (address.instance !== undefined && address.instance !== instance) continue;
    const where = instance === undefined ? {} : { instance };
    await context.api.releaseBreaker(address, { by, via, reason, ...where });
  }
  return context.api.setBreaker(address, { ...request, state: 'closed' });
}

function requestOf(
  host: Host,
  options: Options,
  { instance }: BreakerAddress,
): ReleaseRequest & IfVersion & { readonly forMs?: number } {
  return { ...readAct(host, options), ...(instance === undefined ? {} : { instance }) };
}

/** What a person agreed to is done by the version that they were shown. */
async function confirmed(
  context: Context,
  address: BreakerAddress,
  state: BreakerOverride['state'],
): Promise<IfVersion> {
  const breaker = await context.api.breaker(address);
  const isAsked = await confirm(context, breakerOverrideEffect(breaker, state));
  return isAsked ? { ifVersion: breaker.desiredVersion } : {};
}
