import { Command, Option } from 'commander';
import { registerAdminBackup } from './commands/admin-backup.ts';
import { registerAdminCheck } from './commands/admin-check.ts';
import { registerAdminRebuild } from './commands/admin-rebuild.ts';
import { registerAdminRestore } from './commands/admin-restore.ts';
import { registerAgentsLs } from './commands/agents-ls.ts';
import { registerAuditGet } from './commands/audit-get.ts';
import { registerAuditLs } from './commands/audit-ls.ts';
import { registerAuditVerify } from './commands/audit-verify.ts';
import { registerBreakersAct } from './commands/breakers-act.ts';
import { registerBreakersGet } from './commands/breakers-get.ts';
import { registerBreakersLs } from './commands/breakers-ls.ts';
import { registerDemo } from './commands/demo.ts';
import { registerErrorsGet } from './commands/errors-get.ts';
import { registerErrorsLs } from './commands/errors-ls.ts';
import { registerEventsGet } from './commands/events-get.ts';
import { registerEventsLs } from './commands/events-ls.ts';
import { registerEventsTail } from './commands/events-tail.ts';
import { registerFlagsClear } from './commands/flags-clear.ts';
import { registerFlagsGet } from './commands/flags-get.ts';
import { registerFlagsLs } from './commands/flags-ls.ts';
import { registerFlagsSet } from './commands/flags-set.ts';
import { registerHealthGet } from './commands/health-get.ts';
import { registerHealthLs } from './commands/health-ls.ts';
import { registerLogin } from './commands/login.ts';
import { registerResources } from './commands/resources.ts';
import { registerServicesGet } from './commands/services-get.ts';
import { registerServicesLs } from './commands/services-ls.ts';
import { registerStatus } from './commands/status.ts';
import { registerTokensCreate } from './commands/tokens-create.ts';
import { registerTokensGet } from './commands/tokens-get.ts';
import { registerTokensLs } from './commands/tokens-ls.ts';
import { registerTokensRevoke } from './commands/tokens-revoke.ts';
import { registerTopology } from './commands/topology.ts';
import { registerUp } from './commands/up.ts';
import { registerWaitBreaker } from './commands/wait-breaker.ts';
import { registerWatch } from './commands/watch.ts';
import { defaultUrl } from './client/collector-url.ts';
import { exitCodeTable } from './exit-codes.ts';
import type { Host } from './host.ts';
import { formats } from './output/print.ts';
import { version } from './version.ts';

/** The whole command line. It prints nothing by itself but help and the version: failures are thrown. */
export function createProgram(host: Host): Command {
  const program = new Command('holdfast')
    .description('Resilience observability for Node services: see, hold and mend circuit breakers and flags.')
    .version(version, '-V, --version', 'print the version')
    .option('--url <url>', `the collector; else HOLDFAST_URL, else ${defaultUrl}`)
    .option('--token-file <file>', 'a file that holds the token; else HOLDFAST_TOKEN')
    .option('--ca <file>', 'whose certificates are trusted over https, in PEM; else HOLDFAST_CA')
    .addOption(new Option('-o, --output <format>', 'how to print').choices(formats).default('table'))
    .option('--no-color', 'without colour; so does NO_COLOR')
    .option('--ascii', 'only ASCII characters')
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .configureOutput({
      writeOut: (text) => host.out.write(text),
      writeErr: (text) => host.err.write(text),
      outputError: () => {}, // told in one line by whoever catches it
      getOutHelpWidth: () => host.out.columns ?? 100,
      getErrHelpWidth: () => host.err.columns ?? 100,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .exitOverride();
  for (const register of commands) register(program, host);
  return program.addHelpText('after', `\nExit codes:\n${exitCodeTable()}`);
}

const commands: readonly ((program: Command, host: Host) => void)[] = [
  registerUp,
  registerDemo,
  registerWatch,
  registerLogin,
  registerStatus,
  registerTopology,
  registerServicesLs,
  registerServicesGet,
  registerBreakersLs,
  registerBreakersGet,
  registerBreakersAct,
  registerResources,
  registerFlagsLs,
  registerFlagsGet,
  registerFlagsSet,
  registerFlagsClear,
  registerEventsLs,
  registerEventsGet,
  registerEventsTail,
  registerErrorsLs,
  registerErrorsGet,
  registerHealthLs,
  registerHealthGet,
  registerAuditLs,
  registerAuditGet,
  registerAuditVerify,
  registerAgentsLs,
  registerTokensCreate,
  registerTokensLs,
  registerTokensGet,
  registerTokensRevoke,
  registerWaitBreaker,
  registerAdminBackup,
  registerAdminRestore,
  registerAdminCheck,
  registerAdminRebuild,
];
