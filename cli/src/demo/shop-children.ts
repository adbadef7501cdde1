import { existsSync } from 'node:fs';
import path from 'node:path';
import { formatMs } from '@holdfast/shared';
import { exitCodes } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { Child, type ChildPlan } from './child.ts';
import { pause } from './pause.ts';
import { peersOf, type ShopService, shopServices } from './shop.ts';

export interface ShopPlan extends Pick<ChildPlan, 'clock'> {
  /** The folder that holds `storefront.js` and the others. */
  readonly programs: string;
  readonly collectorUrl: string;
  readonly dataFolder: string;
  /** A line for people: a death, a return. */
  say(line: string): void;
  /** A line that a service printed on stderr. */
  complain(line: string): void;
}

export interface ShopMember {
  readonly child: Child;
  readonly url: string;
  readonly controlUrl: string;
}

const startWithinMs = 15_000;
const stopWithinMs = 1_800;

/** @throws {Failure} where the built services are not there. */
export function checkPrograms(programs: string): void {
  const missing = shopServices.find((service) => !existsSync(path.join(programs, `${service}.js`)));
  if (missing === undefined) return;
  throw new Failure(exitCodes.failed, `${path.join(programs, `${missing}.js`)} is not there; build it first`);
}

/**
 * Starts the four services, each after those that it calls. What was started is in `started` at once, so that
 * it can be stopped whatever becomes of the rest.
 *
 * @throws {Failure} where one does not come up.
 */
export async function startShop(
  plan: ShopPlan,
  started: Map<ShopService, ShopMember>,
  signal: AbortSignal,
): Promise<void> {
  for (const service of shopServices) {
    if (signal.aborted) return;
    const peers = peersOf[service].map((peer) => [peer, started.get(peer)?.url]);
    await startMember(plan, { service, peers: JSON.stringify(Object.fromEntries(peers)) }, started);
  }
}

/** All at once: each lets its agent send the rest and ends. */
export async function stopShop(members: Iterable<ShopMember>): Promise<void> {
  await Promise.all(
    [...members].map(({ child }) => child.stop(() => child.send({ type: 'stop' }), stopWithinMs)),
  );
}

interface Birth {
  readonly service: ShopService;
  /** JSON, as the services read it from their environment. */
  readonly peers: string;
}

async function startMember(
  plan: ShopPlan,
  { service, peers }: Birth,
  started: Map<ShopService, ShopMember>,
): Promise<void> {
  const { clock, say } = plan;
  const complaints: string[] = [];
  const up = new AbortController();
  const child = new Child({
    name: service,
    command: [path.join(plan.programs, `${service}.js`)],
    env: () => ({
      HOLDFAST_COLLECTOR: plan.collectorUrl,
      SHOP_DATA: plan.dataFolder,
      SHOP_PEERS: peers,
      ...portsOf(started.get(service)),
    }),
    clock,
    onMessage: (message) => {
      const told = readMessage(message);
      if (told?.type === 'crashing' && told.forMs !== undefined) child.restartAfter(told.forMs);
      if (told?.type !== 'listening') return;
      started.set(service, { child, url: told.url, controlUrl: told.controlUrl });
      up.abort();
    },
    onComplaint: (line) => (up.signal.aborted ? plan.complain(`${service}: ${line}`) : complaints.push(line)),
    onDeath: (how, restartInMs) => say(`${service} ${how}; starting it again in ${formatMs(restartInMs)}.`),
    onRestart: (pid) => say(`${service} is started again, process ${pid}.`),
  });
  started.set(service, { child, url: '', controlUrl: '' });
  void child.start().died.then(() => up.abort());
  await pause(clock, startWithinMs, up.signal);
  if (started.get(service)?.url !== '') return;
  throw new Failure(
    exitCodes.failed,
    `${service} did not start: ${complaints.join(' ') || 'it said nothing'}`,
  );
}

/** A restart takes the ports of the first start: the others know the service by them. */
function portsOf(member: ShopMember | undefined): Readonly<Record<string, string>> {
  if (member === undefined || member.url === '') return {};
  return { SHOP_PORT: new URL(member.url).port, SHOP_CONTROL_PORT: new URL(member.controlUrl).port };
}

type ShopMessage =
  | { readonly type: 'listening'; readonly url: string; readonly controlUrl: string }
  | { readonly type: 'crashing'; readonly forMs: number | undefined };

/** `undefined` for what a service says beside. */
function readMessage(message: unknown): ShopMessage | undefined {
  if (typeof message !== 'object' || message === null || !('type' in message)) return undefined;
  const { type, url, controlUrl, forMs }: Readonly<Record<string, unknown>> = { ...message };
  if (type === 'listening' && typeof url === 'string' && typeof controlUrl === 'string') {
    return { type, url, controlUrl };
  }
  if (type === 'crashing') return { type, forMs: typeof forMs === 'number' ? forMs : undefined };
  return undefined;
}
