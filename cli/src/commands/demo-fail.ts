import { formatDuration, nearestFew } from '@holdfast/shared';
import type { Command } from 'commander';
import { contextOf } from '../context.ts';
import { switchMode } from '../demo/control-client.ts';
import { findControl } from '../demo/find-control.ts';
import { failureModes, faultClasses, type ModeOrder, type ShopService, shopServices } from '../demo/shop.ts';
import { didYouMean, usageFailure } from '../failure.ts';
import type { Host } from '../host.ts';
import { readSpan } from './time-options.ts';

interface FailArguments {
  readonly mode?: string;
  readonly for?: string;
  readonly class?: string;
  readonly delay?: string;
}

/** `demo fail` and `demo heal`: from any shell, for the demo whose collector `--url` names. */
export function registerDemoFail(demo: Command, host: Host): void {
  registerFail(demo, host);
  registerHeal(demo, host);
}

function registerFail(demo: Command, host: Host): void {
  demo
    .command('fail')
    .description('make a service of a running demo fail')
    .argument('<service>', 'storefront, checkout, payments or inventory')
    .option('--mode <mode>', `how: ${failureModes.join(', ')}`)
    .option('--for <time>', 'how long: 30s, 5m; a minute unless given, an hour at most')
    .option('--class <class>', `with --mode erroring: ${faultClasses.join(', ')}; transient unless given`)
    .option('--delay <time>', 'with --mode slow: how much later it answers; 1.2s unless given')
    .action(async (service: string, options: FailArguments, command: Command) => {
      await order(command, host, { service: readService(service), order: readOrder(options) });
    });
}

function registerHeal(demo: Command, host: Host): void {
  demo
    .command('heal')
    .description('end the failure of a service')
    .argument('<service>', 'storefront, checkout, payments or inventory')
    .action(async (service: string, _options: unknown, command: Command) => {
      await order(command, host, { service: readService(service), order: { mode: 'healthy' } });
    });
}

/** Switches every instance of the service, and says so. */
async function order(
  command: Command,
  host: Host,
  { service, order: mode }: { readonly service: string; readonly order: ModeOrder },
): Promise<void> {
  const context = contextOf(command, host);
  for (const { instance, url } of findControl(await context.api.agents(), service)) {
    await switchMode(url, mode);
    context.say(`${instance} ${effectOf(service, mode)}`);
  }
}

function effectOf(service: string, { mode, errorClass, forMs }: ModeOrder): string {
  if (mode === 'healthy') return 'is well again';
  const what = errorClass === undefined ? mode : `${mode} (${errorClass})`;
  if (mode === 'crash') return 'crashes, and is started again by the demo';
  const span = formatDuration(forMs ?? defaultForMs);
  return `is now ${what} for ${span}; end it sooner with: holdfast demo heal ${service}`;
}

const maxForMs = 3_600_000;

/** What a service takes where nothing is said. */
const defaultForMs = 60_000;

/** First of all: with a service that is not there, the rest is of no use. */
function readService(name: string): ShopService {
  const found = shopServices.find((service) => service === name);
  if (found !== undefined) return found;
  const hint =
    didYouMean(nearestFew(name, shopServices, 1)) || `; it has ${shopServices.toSorted().join(', ')}`;
  throw usageFailure(`the shop has no service '${name}'${hint}`);
}

function readOrder({ mode, class: errorClass, for: span, delay }: FailArguments): ModeOrder {
  if (mode === undefined) throw usageFailure(`--mode says how it is to fail: ${failureModes.join(', ')}`);
  const known = oneOf('--mode', mode, failureModes);
  if (errorClass !== undefined && known !== 'erroring')
    throw usageFailure('--class goes with --mode erroring');
  if (delay !== undefined && known !== 'slow') throw usageFailure('--delay goes with --mode slow');
  return {
    mode: known,
    ...(errorClass === undefined ? {} : { errorClass: oneOf('--class', errorClass, faultClasses) }),
    ...(delay === undefined ? {} : { delayMs: limited('--delay', delay, 60_000) }),
    ...(span === undefined ? {} : { forMs: limited('--for', span, maxForMs) }),
  };
}

function limited(option: string, text: string, maxMs: number): number {
  const spanMs = readSpan(option, text);
  if (spanMs >= 100 && spanMs <= maxMs) return spanMs;
  throw usageFailure(`${option} must be between 100ms and ${formatDuration(maxMs)}, got '${text}'`);
}

function oneOf<T extends string>(option: string, word: string, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === word);
  if (found !== undefined) return found;
  const hint = didYouMean(nearestFew(word, allowed, 1)) || `; it is one of ${allowed.join(', ')}`;
  throw usageFailure(`${option} knows no '${word}'${hint}`);
}
