import {
  applyLive,
  type BreakerState,
  breakerStates,
  emptyLiveView,
  formatDuration,
  type LiveView,
} from '@holdfast/shared';
import { type Command, Option } from 'commander';
import { type BreakerAddress, formatBreakerAddress } from '../client/address.ts';
import { shownState } from '../columns/breakers.ts';
import { type Context, contextOf } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { Failure, usageFailure } from '../failure.ts';
import type { Host } from '../host.ts';
import { readBreakerAddress } from './breaker-argument.ts';
import { group } from './group.ts';
import { readSpan } from './time-options.ts';

interface Options {
  readonly state: BreakerState;
  readonly timeout: string;
}

export function registerWaitBreaker(program: Command, host: Host): void {
  group(program, 'wait', 'wait until something is so')
    .command('breaker')
    .description('wait until a breaker is in a state, in all its instances for "closed"')
    .argument('<address>', 'the breaker: SERVICE/NAME')
    .addOption(new Option('--state <state>', 'what to wait for').choices(breakerStates).default('closed'))
    .option('--timeout <time>', 'how long at most; ends with 6 after that', '5m')
    .action(async (text: string, options: Options, command: Command) => {
      const context = contextOf(command, host);
      const address = readBreakerAddress(text);
      if (address.instance !== undefined) {
        throw usageFailure(`wait looks at all instances together: write ${address.service}/${address.name}`);
      }
      const timeoutMs = readSpan('--timeout', options.timeout);
      await context.api.breaker(address); // says at once when there is no such breaker
      await waitForState(context, address, { state: options.state, timeoutMs });
      host.out.write(`${formatBreakerAddress(address)} is ${options.state}\n`);
    });
}

/** Resolves once the breaker is in the state; the worst of its instances counts. */
async function waitForState(
  context: Context,
  { service, name }: BreakerAddress,
  wanted: { readonly state: BreakerState; readonly timeoutMs: number },
): Promise<void> {
  const { host } = context;
  const { follow } = await import('../client/follow.ts');
  const address = `${service}/circuit_breaker/${name}`;
  const end = new AbortController();
  const stop = host.stopSignal();
  const timer = host.clock.setTimeout(() => end.abort(), wanted.timeoutMs);
  const seen: { view: LiveView; state: BreakerState | 'stale' } = { view: emptyLiveView, state: 'stale' };
  await follow(context, {
    until: AbortSignal.any([end.signal, stop]),
    message(message) {
      seen.view = applyLive(seen.view, message);
      const breaker = seen.view.resources.find((resource) => resource.address === address);
      seen.state = breaker === undefined ? 'stale' : shownState(breaker);
      if (seen.state === wanted.state) end.abort();
    },
  }).finally(() => timer.cancel());
  if (seen.state === wanted.state) return;
  const is = seen.state === 'stale' ? 'not connected' : seen.state;
  const what = `${service}/${name} is ${is}, not ${wanted.state},`;
  if (stop.aborted) throw new Failure(exitCodes.interrupted, `${what} when it was interrupted`);
  throw new Failure(exitCodes.timedOut, `${what} after ${formatDuration(wanted.timeoutMs)}`);
}
