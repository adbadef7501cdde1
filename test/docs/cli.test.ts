import { expect, test } from 'vitest';
import { exitCodeTable } from '../../cli/src/exit-codes.ts';
import { createProgram } from '../../cli/src/program.ts';
import { watchKeys } from '../../cli/src/tui/rows/help-lines.ts';
import { createFakeHost } from '../cli/support/fake-host.ts';
import { table } from './markdown.ts';

test('the page of commands is what they say of themselves', async () => {
  const program = createProgram(createFakeHost());
  await expect(pageOf(program)).toMatchFileSnapshot('../../docs/cli.md');
});

function pageOf(program: Command): string {
  return [
    '# The command line',
    'Made from the commands themselves; `npx vitest run test/docs -u` writes it, a test compares it.',
    'Data goes to stdout, messages to stderr. Every failure is one line: what, where, what would be right.',
    '`breakers open` and `breakers disable` say what they will do and ask on a terminal, without `--yes`.',
    '## Everywhere',
    table(['option', 'meaning'], optionRows(program)),
    '## Commands',
    ...leavesOf(program).map(({ name, command }) => sectionOf(name, command)),
    '## Keys of `holdfast watch`',
    table(['keys', 'what they do'], watchKeys),
    '## Exit codes',
    `\`\`\`text\n${exitCodeTable()}\n\`\`\``,
  ]
    .join('\n\n')
    .concat('\n');
}

type Command = ReturnType<typeof createProgram>;

interface Leaf {
  readonly name: string;
  readonly command: Command;
}

/** The commands that do something, each with its whole name. */
function leavesOf(parent: Command, prefix = 'holdfast'): Leaf[] {
  return parent.commands.flatMap((command) => {
    const name = `${prefix} ${command.name()}`;
    const below = leavesOf(command, name);
    const acts = below.length === 0 || command.options.length > 0;
    return acts ? [{ name, command }, ...below] : below;
  });
}

function sectionOf(name: string, command: Command): string {
  const words = command.registeredArguments.map((argument) =>
    argument.required ? `<${argument.name()}>` : `[${argument.name()}]`,
  );
  const title = `### \`${[name, ...words].join(' ')}\``;
  const options = optionRows(command);
  const parts = [title, sentence(command.description())];
  if (options.length > 0) parts.push(table(['option', 'meaning'], options));
  return parts.join('\n\n');
}

function optionRows(command: Command): string[][] {
  return command.options
    .filter((option) => !option.hidden)
    .map((option) => {
      const choices = option.argChoices === undefined ? '' : ` (${option.argChoices.join(', ')})`;
      const usual: unknown = option.defaultValue;
      const hasUsual = typeof usual === 'string' || typeof usual === 'number';
      return [
        `\`${option.flags}\``,
        `${option.description}${choices}${hasUsual ? `; default ${usual}` : ''}`,
      ];
    });
}

function sentence(text: string): string {
  const end = text.endsWith('.') ? '' : '.';
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}${end}`;
}
