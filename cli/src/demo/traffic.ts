import { randomUUID } from 'node:crypto';
import type { Clock } from '@holdfast/shared';

export interface TrafficOptions {
  readonly clock: Clock;
  /** Pages a second; 0 for none. Orders come at three tenths of it. */
  readonly pagesPerSecond: number;
  readonly urls: { readonly storefront: string; readonly checkout: string };
  /** What is sold. */
  readonly skus: readonly string[];
}

/** What came of the requests since it was last asked. */
export interface TrafficReport {
  pages: number;
  pagesFailed: number;
  slowestPageMs: number;
  orders: number;
  ordersFailed: number;
  /** Not sent, because too many were on their way already. */
  skipped: number;
}

const tickMs = 50;
const maxInFlight = 200;

/** After so many orders the last one is sent again, as a customer does who clicks twice. */
const repeatEvery = 25;

/** The customers: they look at pages and order things, at a steady rate, whatever the answers. */
export class Traffic {
  readonly #options: TrafficOptions;
  #report = emptyReport();
  #pageDebt = 0;
  #dueCount = 0;
  #pageCount = 0;
  #orderCount = 0;
  #lastOrder: { key: string; body: string } = { key: '', body: '' };
  #inFlight = 0;
  #lastTick: number;
  #stop = (): void => {};

  constructor(options: TrafficOptions) {
    this.#options = options;
    this.#lastTick = options.clock.monotonic();
  }

  start(): void {
    this.#lastTick = this.#options.clock.monotonic();
    this.#schedule();
  }

  /** Nothing is sent from now on; what is on its way may still come back. */
  stop(): void {
    this.#stop();
  }

  report(): Readonly<TrafficReport> {
    const report = this.#report;
    this.#report = emptyReport();
    return report;
  }

  #schedule(): void {
    const timer = this.#options.clock.setTimeout(() => this.#tick(), tickMs);
    this.#stop = () => timer.cancel();
  }

  #tick(): void {
    const { clock, pagesPerSecond } = this.#options;
    const now = clock.monotonic();
    // A tick that comes late after a stall does not make up for all of it at once.
    this.#pageDebt += (Math.min(now - this.#lastTick, 1_000) / 1_000) * pagesPerSecond;
    this.#lastTick = now;
    for (; this.#pageDebt >= 1; this.#pageDebt -= 1) {
      this.#dueCount += 1;
      this.#send(() => this.#visit());
      if (hasOrder(this.#dueCount)) this.#send(() => this.#order());
    }
    this.#schedule();
  }

  #send(request: () => Promise<void>): void {
    if (this.#inFlight >= maxInFlight) {
      this.#report.skipped += 1;
      return;
    }
    this.#inFlight += 1;
    const done = (): void => void (this.#inFlight -= 1);
    request().then(done, done);
  }

  async #visit(): Promise<void> {
    const { clock, urls, skus } = this.#options;
    const sku = pick(skus, this.#pageCount++);
    const began = clock.monotonic();
    const isAnswered = await isOk(`${urls.storefront}/products/${sku}`);
    const report = this.#report;
    report.pages += 1;
    if (!isAnswered) report.pagesFailed += 1;
    report.slowestPageMs = Math.max(report.slowestPageMs, clock.monotonic() - began);
  }

  async #order(): Promise<void> {
    this.#orderCount += 1;
    if (this.#orderCount % repeatEvery !== 0) this.#lastOrder = this.#nextOrder();
    const { key, body } = this.#lastOrder;
    const isAnswered = await isOk(`${this.#options.urls.checkout}/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body,
    });
    this.#report.orders += 1;
    if (!isAnswered) this.#report.ordersFailed += 1;
  }

  /** Neighbours in the catalogue are bought together, one of a kind up to three. */
  #nextOrder(): { key: string; body: string } {
    const { skus } = this.#options;
    const count = this.#orderCount;
    const items = [count, count + 1].map((index) => ({ sku: pick(skus, index), quantity: 1 + (index % 3) }));
    return { key: randomUUID(), body: JSON.stringify({ items }) };
  }
}

/** Three orders come with ten pages. */
function hasOrder(page: number): boolean {
  return Math.floor((page * 3) / 10) > Math.floor(((page - 1) * 3) / 10);
}

function emptyReport(): TrafficReport {
  return { pages: 0, pagesFailed: 0, slowestPageMs: 0, orders: 0, ordersFailed: 0, skipped: 0 };
}

function pick(skus: readonly string[], index: number): string {
  return skus[index % skus.length] ?? '';
}

/** Whether there was a good answer within three seconds. */
async function isOk(url: string, init: RequestInit = {}): Promise<boolean> {
  try {
    const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(3_000) });
    await answer.arrayBuffer(); // an answer that is not read keeps its connection from being used again
    return answer.ok;
  } catch {
    return false;
  }
}
