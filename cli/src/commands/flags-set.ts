import type { FlagValue } from '@holdfast/shared';
import type { Command } from 'commander';
import { type Context, contextOf } from '../context.ts';
import { usageFailure } from '../failure.ts';
import type { Host } from '../host.ts';
import { type ActOptions, readAct, withHold } from './act-options.ts';
import { readFlagText } from './flag-text.ts';
import { flagsDescription } from './flags-ls.ts';
import { group } from './group.ts';
import { printAct } from './print-act.ts';

/** `flags on`, `flags off` and `flags set`. */
export function registerFlagsSet(program: Command, host: Host): void {
  const flags = group(program, 'flags', flagsDescription);
  for (const value of [true, false]) {
    const word = value ? 'on' : 'off';
    withHold(
      flags
        .command(word)
        .description(`turn a flag ${word}`)
        .argument(...keyArgument),
    ).action(async (key: string, options: ActOptions, command: Command) => {
      const context = contextOf(command, host);
      const request = readAct(host, options);
      const { type } = await context.api.flag(key);
      if (type !== 'boolean') throw usageFailure(notBoolean(key, type));
      printAct(context, await context.api.setFlag(key, { ...request, value }));
    });
  }
  withHold(
    flags
      .command('set')
      .description('give a flag a value')
      .argument(...keyArgument),
  )
    .argument('<value>', 'on or off, a number, text, or a JSON object, as the flag holds')
    .action(async (key: string, text: string, options: ActOptions, command: Command) => {
      const context = contextOf(command, host);
      const request = readAct(host, options);
      printAct(
        context,
        await context.api.setFlag(key, { ...request, value: await valueOf(context, key, text) }),
      );
    });
}

const keyArgument = ['<key>', 'the flag; holdfast flags ls lists them'] as const;

async function valueOf(context: Context, key: string, text: string): Promise<FlagValue> {
  const { type } = await context.api.flag(key);
  const value = readFlagText(type, text);
  if (value.ok) return value.value;
  throw usageFailure(`the value of ${key} must be ${value.problem}, got '${text}'`);
}

function notBoolean(key: string, type: string): string {
  return `${key} is no switch but holds a ${type}: set it with holdfast flags set ${key} VALUE`;
}
