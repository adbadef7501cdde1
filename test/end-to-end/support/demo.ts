import type { AgentView, FlagView, ListAnswer, ResourceAnswer } from '@holdfast/shared';
import { getJson } from '../../support/http.ts';
import { freePort } from '../../support/ports.ts';
import { type RunningProcess, runToEnd } from '../../support/process.ts';
import { holdfastCommand, startHoldfast } from '../../support/product.ts';
import type { Scope } from '../../support/scope.ts';
import { waitFor } from '../../support/wait-for.ts';

/** The shop, running with its collector, and what a person can do to it. */
export interface Demo {
  readonly url: string;
  readonly port: number;
  readonly process: RunningProcess;
  /** Runs `holdfast … --url` against it and gives stdout; fails on another exit code than 0. */
  holdfast(...args: string[]): Promise<string>;
  /** The same, whatever the exit code. */
  tryHoldfast(...args: string[]): Promise<{ code: number | undefined; stdout: string; stderr: string }>;
  breaker(address: string): Promise<ResourceAnswer>;
  waitForBreaker(address: string, state: string, withinMs?: number): Promise<ResourceAnswer>;
  flag(key: string): Promise<FlagView>;
  waitForFlag(key: string, value: unknown, withinMs?: number): Promise<FlagView>;
  /** The public address of a service of the shop. */
  addressOf(service: string): Promise<string>;
}

const services = ['checkout', 'inventory', 'payments', 'storefront'];

/** Starts `holdfast demo` and waits until all four services are connected and busy. */
export async function startDemo(scope: Scope, ...args: string[]): Promise<Demo> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const running = startHoldfast(scope, ['demo', '--port', `${port}`, ...args]);
  await running.waitForOutput(`${port}`);
  const demo = demoOver(scope, { url, port, process: running });
  await waitFor(async () => (await connectedServices(url)).join() === services.join(), {
    what: 'the four services to connect',
    withinMs: 20_000,
  });
  await waitFor(async () => (await demo.breaker('checkout/payments')).rates.callsPerSecond > 0, {
    what: 'calls to payments',
    withinMs: 20_000,
  });
  return demo;
}

async function connectedServices(url: string): Promise<string[]> {
  const { items } = await getJson<ListAnswer<AgentView>>(`${url}/api/v1/agents`);
  return items
    .filter((agent) => agent.connected)
    .map((agent) => agent.service)
    .sort();
}

function demoOver(scope: Scope, base: Pick<Demo, 'url' | 'port' | 'process'>): Demo {
  const { url } = base;
  const tryHoldfast: Demo['tryHoldfast'] = (...args) =>
    runToEnd(scope, holdfastCommand([...args, '--url', url]), { env: { NO_COLOR: '1' } });
  const breaker: Demo['breaker'] = (address) => getJson(`${url}/api/v1/resources/${address}`);
  const flag: Demo['flag'] = (key) => getJson(`${url}/api/v1/flags/${key}`);
  return {
    ...base,
    tryHoldfast,
    holdfast: async (...args) => {
      const result = await tryHoldfast(...args);
      if (result.code !== 0)
        throw new Error(`holdfast ${args.join(' ')} ended with ${result.code}: ${result.stderr}`);
      return result.stdout;
    },
    breaker,
    waitForBreaker: (address, state, withinMs = 30_000) =>
      waitFor(
        async () => {
          const found = await breaker(address);
          return found.breaker?.state === state && found;
        },
        { what: `${address} to be ${state}`, withinMs },
      ),
    flag,
    waitForFlag: (key, value, withinMs = 30_000) =>
      waitFor(
        async () => {
          const found = await flag(key);
          return found.value === value && !found.mixed && found;
        },
        { what: `${key} to be ${String(value)}`, withinMs },
      ),
    addressOf: async (service) => {
      const { items } = await getJson<ListAnswer<AgentView>>(`${url}/api/v1/agents`);
      const address = items.find((agent) => agent.service === service)?.tags['shop_url'];
      if (address === undefined) throw new Error(`${service} has no tag shop_url`);
      return address;
    },
  };
}

/** What the storefront answers for a product. */
export interface ProductPage {
  readonly recommendations: readonly unknown[];
  /** Keys of the flags that are off. */
  readonly degraded: readonly string[];
}

export async function productPage(demo: Demo): Promise<ProductPage> {
  return getJson<ProductPage>(`${await demo.addressOf('storefront')}/products/kelp-tea`);
}
