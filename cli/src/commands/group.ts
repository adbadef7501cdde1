import type { Command } from 'commander';

/** The command that others stand under, such as `breakers`; made when it is first asked for. */
export function group(program: Command, name: string, description: string): Command {
  const known = program.commands.find((command) => command.name() === name);
  return known ?? program.command(name).description(description);
}
