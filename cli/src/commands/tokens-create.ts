import {
  type CreateTokenRequest,
  formatDuration,
  tokenLimits,
  type TokenScope,
  tokenScopes,
} from '@holdfast/shared';
import { type Command, Option } from 'commander';
import { contextOf } from '../context.ts';
import { usageFailure } from '../failure.ts';
import type { Host } from '../host.ts';
import { readSpan } from './time-options.ts';
import { tokensCommand } from './tokens.ts';

interface Options {
  readonly scope: TokenScope;
  readonly name: string;
  readonly service?: string;
  readonly expires: string;
  readonly data?: string;
}

export function registerTokensCreate(program: Command, host: Host): void {
  tokensCommand(program, 'create')
    .description('make a token and show it, once')
    .addOption(new Option('--scope <scope>', 'what it allows').choices(tokenScopes).makeOptionMandatory(true))
    .requiredOption('--name <name>', 'what or whom it is for; stands in the audit list')
    .option('--service <pattern>', 'only these services, * for any letters; an ingest token needs it')
    .option('--expires <time>', 'how long it is good', `${tokenLimits.defaultForMs / 86_400_000}d`)
    .action(async (options: Options, command: Command) => {
      const context = contextOf(command, host);
      const request: CreateTokenRequest = {
        scope: options.scope,
        name: options.name,
        ...(options.service === undefined ? {} : { services: options.service }),
        expiresInMs: readExpiry(options.expires),
        by: host.userName,
        via: 'cli',
      };
      const { token, view } = await (options.data === undefined
        ? context.api.createToken(request)
        : (await import('../collector/open-collector.ts')).createTokenInData(options.data, request));
      const isForPeople = context.printing.format === 'table' || context.printing.format === 'wide';
      host.out.write(isForPeople ? `${token}\n` : `${JSON.stringify({ token, ...view })}\n`);
      if (isForPeople) context.say(`token ${view.id} for ${view.name}; keep it now, it is not shown again`);
    });
}

function readExpiry(text: string): number {
  const forMs = readSpan('--expires', text);
  const { minForMs, maxForMs } = tokenLimits;
  if (forMs >= minForMs && forMs <= maxForMs) return forMs;
  const limits = `between ${formatDuration(minForMs)} and ${formatDuration(maxForMs)}`;
  throw usageFailure(`--expires must be ${limits}, got '${text}'`);
}
