import { type Agent, createAgent } from '@holdfast/agent';
import type { Clock } from '@holdfast/agent';
import { repeat, sleep } from '../time/sleep.ts';
import { systemClock, systemRandom } from '../time/system-clock.ts';
import { shopRules } from './classification.ts';
import { controlListener, Rest } from './control.ts';
import { Door } from './door.ts';
import { FailureModes, type Mode } from './failure-modes.ts';
import { watchDependency, watchOurselves } from './health.ts';
import type { Journal } from './journal.ts';
import { jsonListener, type Routes } from './server.ts';
import type { PeerUrls, ServiceName, Settings } from './settings.ts';
import { Tally, type Totals } from './tally.ts';

/** What the kit gives a service to build itself with. */
export interface ShopContext {
  readonly agent: Agent;
  readonly clock: Clock;
  readonly tally: Tally;
  readonly instance: string;
  readonly dataFolder: string | undefined;
  /** @throws {Error} while nobody has said where that service is. */
  urlOf(peer: ServiceName): string;
  /** A health check that asks a dependency once a second; `ask` rejects where it cannot be had. */
  watch(dependency: string, ask: () => Promise<void>): void;
}

export interface ShopParts {
  readonly routes: Routes;
  readonly journal?: Pick<Journal<unknown>, 'check'>;
  /** Work that nobody asked for, with a pause after each turn. */
  readonly upkeep?: { readonly everyMs: number; readonly run: () => Promise<void> };
}

export type BuildService = (context: ShopContext) => ShopParts;

export interface StartOptions {
  readonly settings: Settings;
  readonly clock?: Clock;
  /** Ends the process at once; called in mode `crash` with how long it is to stay away. */
  readonly crash: (forMs: number | undefined) => void;
}

export interface RunningService {
  readonly url: string;
  readonly controlUrl: string;
  setPeers(peers: PeerUrls): void;
  /** Ends the servers and the upkeep, lets the agent send what it has, and gives the last totals. */
  stop(): Promise<Totals>;
}

/**
 * Starts a service of the shop: its own server behind the failure modes, and its control server.
 *
 * @throws where a port cannot be had.
 */
export async function startService(build: BuildService, options: StartOptions): Promise<RunningService> {
  const { settings, clock = systemClock, crash } = options;
  let peers = settings.peers;
  const rest = new Rest();
  const tally = new Tally();

  // Both ports come first: the agent tells the collector where the service can be reached.
  const door = await Door.open(settings.port, clock);
  const control = await Door.open(settings.controlPort, clock);
  const agent = createAgent({
    service: settings.service,
    instance: settings.instance,
    collector: settings.collector ?? false,
    tags: { shop_url: door.url, shop_control: control.url },
    classification: shopRules,
  });
  const failed = (error: unknown): void => agent.report(error, { operation: 'request' });
  const parts = build({
    agent,
    clock,
    tally,
    instance: settings.instance,
    dataFolder: settings.dataFolder,
    urlOf: (peer) => knownUrl(peer, peers),
    watch: (dependency, ask) => watchDependency(agent, { dependency, ask, rest }),
  });
  const onChange = ({ mode }: Mode, forMs: number | undefined): void => {
    if (mode === 'crash') crash(forMs);
    else void door.setOpen(mode !== 'refusing');
  };
  const modes = new FailureModes({ clock, random: systemRandom, onChange });
  const ping = { 'GET /ping': () => ({ status: 200, body: { ok: true } }) };
  door.serve(jsonListener({ ...ping, ...parts.routes }, { gate: modes.gate, failed }));
  control.serve(controlListener({ modes, tally, rest, failed, health: agent.healthHandler() }));
  watchOurselves(agent, door.url, parts.journal);
  const endUpkeep = startUpkeep(parts, { clock, rest, failed });

  return {
    url: door.url,
    controlUrl: control.url,
    setPeers: (urls) => (peers = urls),
    stop: async () => {
      endUpkeep();
      rest.isResting = true;
      await Promise.all([door.setOpen(false), control.setOpen(false)]);
      await untilIdle(tally, clock);
      await agent.close({ timeoutMs: 1_000 });
      return tally.totals();
    },
  };
}

function startUpkeep(
  { upkeep }: ShopParts,
  { clock, rest, failed }: { clock: Clock; rest: Rest; failed: (error: unknown) => void },
): () => void {
  if (upkeep === undefined) return () => {};
  const run = async (): Promise<void> => {
    if (!rest.isResting) await upkeep.run();
  };
  return repeat(clock, upkeep.everyMs, { run, failed });
}

/** Calls that are still under way would be missing from what the agent sends at the end. */
async function untilIdle(tally: Tally, clock: Clock): Promise<void> {
  const endsAt = clock.monotonic() + 700;
  while (tally.inFlight > 0 && clock.monotonic() < endsAt) await sleep(clock, 10);
}

function knownUrl(peer: ServiceName, peers: PeerUrls): string {
  const url = peers[peer];
  if (url === undefined) throw new Error(`nobody has said where ${peer} is; set SHOP_PEERS`);
  return url;
}
