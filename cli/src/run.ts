import { type Command, CommanderError } from 'commander';
import { exitCodes } from './exit-codes.ts';
import { Failure, messageOf } from './failure.ts';
import type { Host } from './host.ts';
import { printable } from './output/printable.ts';
import { createProgram } from './program.ts';

/**
 * Runs a command line, without the program's name, and gives the exit code. Every failure is one line on
 * stderr.
 */
export async function run(argv: readonly string[], host: Host): Promise<number> {
  const program = createProgram(host);
  try {
    await program.parseAsync(argv, { from: 'user' });
    return host.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return tellUsage(error, { program, argv, host });
    host.err.write(`holdfast: ${printable(messageOf(error))}\n`);
    if (!(error instanceof Failure) && host.env['HOLDFAST_DEBUG'] !== undefined) {
      host.err.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    }
    return error instanceof Failure ? error.exitCode : exitCodes.failed;
  }
}

interface Failed {
  readonly program: Command;
  readonly argv: readonly string[];
  readonly host: Host;
}

function tellUsage(error: CommanderError, { program, argv, host }: Failed): number {
  // A group alone: its help is out already. The same code comes for `holdfast help`, which was asked for.
  if (error.code === 'commander.help') return argv.includes('help') ? exitCodes.ok : exitCodes.usage;
  if (error.exitCode === 0) return exitCodes.ok; // --help and --version
  const said = messageOf(error)
    .replace(/^error: /, '')
    .replace(/\.$/, '');
  const hint = said.includes('Did you mean') ? '' : `; ${usageOf(commandOf(program, argv))}`;
  host.err.write(`holdfast: ${printable(said)}${hint}\n`);
  return exitCodes.usage;
}

/** The command that was meant, as far as its words are known. */
function commandOf(program: Command, argv: readonly string[]): Command {
  let command = program;
  for (const word of argv) {
    command = command.commands.find((one) => one.name() === word) ?? command;
  }
  return command;
}

function usageOf(command: Command): string {
  const names = command.commands.map((one) => one.name());
  if (names.length > 0) return `commands: ${names.join(', ')}`;
  const path: string[] = [];
  for (let at: Command | null = command; at !== null; at = at.parent) path.unshift(at.name());
  return `usage: ${path.join(' ')} ${command.usage()}`;
}
