import { formatClock } from '@holdfast/shared';
import { createApiClient } from '../client/api-client.ts';
import { bannerOf } from './banner.ts';
import { switchMode } from './control-client.ts';
import type { DataFolder } from './data-folder.ts';
import type { Cast, DemoHouse, DemoOptions } from './cast.ts';
import { Narrator } from './narrator.ts';
import { defaultStory } from './stories.ts';
import type { Stage } from './storyteller.ts';
import { Traffic } from './traffic.ts';
import { describeTraffic } from './describe-traffic.ts';
import { onKey, type VillainTools } from './villain.ts';

export interface Performance {
  readonly cast: Cast;
  readonly data: DataFolder;
  readonly options: DemoOptions;
  readonly house: DemoHouse;
  readonly quit: () => void;
}

/** Lets customers in, tells the story, and heeds the keys, until the signal aborts. */
export async function perform(performance: Performance, signal: AbortSignal): Promise<void> {
  const { cast, data, options, house } = performance;
  const { host, keyboard } = house;
  const { story } = options;
  host.out.write(
    bannerOf({
      url: cast.url,
      collectorPid: cast.collector?.pid,
      members: cast.members,
      dataFolder: data.path,
      isTemporary: data.isTemporary,
      story,
      hasKeyboard: keyboard !== undefined,
    }),
  );
  const traffic = await openShop(performance);
  const stage = stageOf(performance, traffic);
  const narrator = new Narrator(stage, story ?? defaultStory);
  const tools: VillainTools = {
    narrator,
    say: (line) => host.out.write(`${line}\n`),
    switchService: stage.act,
    quit: performance.quit,
  };
  const endKeys = keyboard?.listen((key) => void onKey(key, tools));
  if (story !== undefined) narrator.begin();
  await aborted(signal);
  endKeys?.();
  narrator.end();
  traffic.stop();
}

async function openShop({ cast, options, house }: Performance): Promise<Traffic> {
  const storefront = cast.members.get('storefront')?.url ?? '';
  const checkout = cast.members.get('checkout')?.url ?? '';
  const { clock } = house.host;
  const { pagesPerSecond } = options;
  const skus = await skusOf(storefront);
  const traffic = new Traffic({ clock, pagesPerSecond, urls: { storefront, checkout }, skus });
  if (pagesPerSecond > 0) traffic.start();
  return traffic;
}

function stageOf({ cast, house }: Performance, traffic: Traffic): Stage {
  const { clock, out } = house.host;
  const api = createApiClient({ url: cast.url, timeoutMs: 2_000 });
  return {
    clock,
    say: (line) => out.write(`${formatClock(clock.now())}  ${line}${describeTraffic(traffic.report())}\n`),
    act: (service, order) => switchMode(cast.members.get(service)?.controlUrl ?? '', order),
    breakerState: async (address) => {
      const [service = '', name = ''] = address.split('/');
      return api.breaker({ service, name }).then(
        ({ breaker }) => breaker?.state,
        () => undefined, // the collector may be starting again
      );
    },
  };
}

/** What the shop sells, as a customer finds out. */
async function skusOf(storefront: string): Promise<string[]> {
  const answer = await fetch(`${storefront}/products`, { signal: AbortSignal.timeout(5_000) });
  const { products }: { products?: unknown } = (await answer.json()) as object; // read field by field below
  if (!Array.isArray(products)) throw new Error('the storefront lists no products');
  return products.flatMap(({ sku }: { sku?: unknown }) => (typeof sku === 'string' ? [sku] : []));
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
