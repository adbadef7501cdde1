import path from 'node:path';
import { formatMs } from '@holdfast/shared';
import type { Cast, DemoHouse, DemoOptions } from './cast.ts';
import { startCollector } from './collector-child.ts';
import { openDataFolder } from './data-folder.ts';
import { perform } from './perform.ts';
import { claimPort } from './port.ts';
import { sayOnce } from './say-once.ts';
import { checkPrograms, startShop, stopShop } from './shop-children.ts';

/**
 * The collector, the shop and its customers, until the host is asked to stop or `q` is pressed. Whatever
 * happens, every process that it started has ended when this returns.
 *
 * @throws {Failure} 1 where the port is taken or something does not come up.
 */
export async function runDemo(options: DemoOptions, house: DemoHouse): Promise<void> {
  const { host, shopPrograms } = house;
  checkPrograms(shopPrograms);
  const port = await claimPort(options.port);
  const data = await openDataFolder(options.dataFolder);
  const cast: Cast = { url: `http://127.0.0.1:${port}`, collector: undefined, members: new Map() };
  const quit = new AbortController();
  const signal = AbortSignal.any([host.stopSignal(), quit.signal]);
  try {
    await startAll({ cast, port, dataFolder: data.path, signal }, house);
    if (!signal.aborted) await perform({ cast, data, options, house, quit: () => quit.abort() }, signal);
  } finally {
    await stopAll(cast);
    await data.close();
  }
}

async function startAll(
  { cast, port, dataFolder, signal }: { cast: Cast; port: number; dataFolder: string; signal: AbortSignal },
  { host, mainProgram, shopPrograms }: DemoHouse,
): Promise<void> {
  const { clock } = host;
  const say = (line: string): void => host.out.write(`${line}\n`);
  const complain = sayOnce(say, clock, 10_000);
  say(`Starting a collector on ${cast.url} and the four services of the shop.`);
  cast.collector = await startCollector(
    {
      program: mainProgram,
      port,
      dataFolder,
      clock,
      onComplaint: (line) => complain(`collector: ${line}`),
      onDeath: (how, restartInMs) =>
        say(`The collector ${how}; starting it again in ${formatMs(restartInMs)}.`),
      onRestart: (pid) => say(`The collector is started again, process ${pid}.`),
    },
    signal,
  );
  if (signal.aborted) return;
  const plan = {
    programs: shopPrograms,
    collectorUrl: cast.url,
    dataFolder: path.join(dataFolder, 'shop'),
    clock,
    say,
    complain,
  };
  await startShop(plan, cast.members, signal);
}

const collectorStopMs = 900;

/**
 * The services first, so that the collector still hears the last of them. Within three seconds, one way or
 * another.
 */
async function stopAll({ collector, members }: Cast): Promise<void> {
  await stopShop(members.values());
  await collector?.stop((child) => child.kill('SIGTERM'), collectorStopMs);
}
