import type { Applied, BreakerOverride, Clock, DesiredState, TimerHandle } from '@holdfast/shared';
import type { FlagBook } from '../flags/flags.ts';
import type { CollectorClock } from '../stream/collector-clock.ts';
import type { BreakerDirectory } from './breaker-directory.ts';
import type { DesiredFile, KeptDesired } from './desired-file.ts';

export interface DesiredStateKeeperOptions {
  readonly service: string;
  readonly instance: string;
  readonly clock: Clock;
  readonly collectorClock: CollectorClock;
  readonly flags: FlagBook;
  readonly breakers: BreakerDirectory;
  /** Where what people want outlives the process. */
  readonly file?: DesiredFile | undefined;
}

/**
 * Makes what people have asked for true in this process, and keeps to it while the collector is away. Each
 * override ends by itself at its `expiresAt`, which is a time of the collector's clock.
 */
export class DesiredStateKeeper {
  /** Called when an order could be carried out, or no longer, after it was reported. */
  onReapplied: (applied: Applied) => void = () => {};
  readonly #options: DesiredStateKeeperOptions;
  #desired: DesiredState = { version: 0, flags: [], breakers: [] };
  /** By breaker: the orders that are in force there. */
  #held = new Map<string, BreakerOverride>();
  #seenCloseIds = new Set<string>();
  #expiry: TimerHandle | undefined;
  #reported = '';

  constructor(options: DesiredStateKeeperOptions) {
    this.#options = options;
    const kept = options.file?.read();
    if (kept !== undefined) this.#restore(kept);
    options.breakers.onChange(({ name }, { isNew }) => {
      if (isNew && this.#desired.breakers.some((order) => order.name === name)) this.settleAgain();
    });
  }

  /** The version that is applied; 0 before the first. */
  get version(): number {
    return this.#desired.version;
  }

  /** Applies desired state, whole, and says what could not be applied. */
  apply(desired: DesiredState): Applied {
    this.#options.file?.write({ desired, offsetMs: this.#options.collectorClock.offsetMs });
    return this.#take(desired);
  }

  /** Looks again at what is in force by now. */
  settleAgain(): void {
    const applied = this.#settle();
    const report = JSON.stringify(applied);
    if (report === this.#reported) return;
    this.#reported = report;
    this.onReapplied(applied);
  }

  /** Goes on with what people wanted of an earlier process, until it ends or the collector says otherwise. */
  #restore({ desired, offsetMs }: KeptDesired): void {
    const { clock, collectorClock } = this.#options;
    // The next round trip is shorter than this one, and so counts for more.
    const sentAt = clock.now() - restoredTripMs;
    collectorClock.sample(sentAt, sentAt + restoredTripMs / 2 + offsetMs);
    this.#take(desired);
  }

  #take(desired: DesiredState): Applied {
    this.#desired = desired;
    const applied = this.#settle();
    this.#reported = JSON.stringify(applied);
    return applied;
  }

  #settle(): Applied {
    const { flags, collectorClock } = this.#options;
    const now = collectorClock.now();
    const { offsetMs } = collectorClock;
    const orders = this.#desired.flags
      .filter((override) => override.expiresAt > now)
      .map((override) => ({ override, untilAt: override.expiresAt - offsetMs }));
    const problems = [...flags.setOverrides(orders), ...this.#settleBreakers(now)];
    this.#armExpiry(now);
    return { type: 'applied', version: this.#desired.version, problems };
  }

  #settleBreakers(now: number): { readonly target: string; readonly problem: string }[] {
    const problems: { target: string; problem: string }[] = [];
    const orders = this.#ordersInForce(now);
    for (const [name, held] of this.#held) {
      if (!isHold(orders.get(name))) this.#release(name, held, now);
    }
    for (const [name, order] of orders) {
      if (this.#carryOut(name, order)) continue;
      const target = `${this.#options.service}/${name}`;
      problems.push({ target, problem: `no circuit breaker ${name} in this process yet` });
    }
    const ids = new Set(this.#desired.breakers.map(({ id }) => id));
    this.#seenCloseIds = new Set([...this.#seenCloseIds].filter((id) => ids.has(id)));
    return problems;
  }

  /** The order that counts for each breaker: one for this instance before one for all, then the newest. */
  #ordersInForce(now: number): Map<string, BreakerOverride> {
    const us = this.#options;
    const orders = this.#desired.breakers.filter(
      ({ service, instance = us.instance, expiresAt }) =>
        service === us.service && instance === us.instance && expiresAt > now,
    );
    // The last of a name stays.
    orders.sort((a, b) => isForOne(a) - isForOne(b) || a.setAt - b.setAt);
    return new Map(orders.map((order) => [order.name, order]));
  }

  /** False where there is no such breaker yet. */
  #carryOut(name: string, order: BreakerOverride): boolean {
    const breaker = this.#options.breakers.get(name);
    if (breaker === undefined) return false;
    const { state, by, reason } = order;
    if (state === 'closed') {
      if (!this.#seenCloseIds.has(order.id)) breaker.closeRemotely({ by, reason });
      this.#seenCloseIds.add(order.id);
      return true;
    }
    const untilAt = order.expiresAt - this.#options.collectorClock.offsetMs;
    if (this.#held.get(name)?.id !== order.id || breaker.state !== state)
      breaker.holdRemotely({ state, by, reason, untilAt });
    this.#held.set(name, order);
    return true;
  }

  #release(name: string, held: BreakerOverride, now: number): void {
    const what = held.expiresAt <= now ? 'ended by itself' : 'was released';
    this.#held.delete(name);
    this.#options.breakers
      .get(name)
      ?.releaseRemotely({ by: 'holdfast', reason: `the hold that ${held.by} set ${what}` });
  }

  #armExpiry(now: number): void {
    this.#expiry?.cancel();
    const ends = [...this.#desired.flags, ...this.#desired.breakers]
      .map(({ expiresAt }) => expiresAt)
      .filter((expiresAt) => expiresAt > now);
    if (ends.length === 0) return;
    const delayMs = Math.min(Math.min(...ends) - now, recheckMs);
    this.#expiry = this.#options.clock.setTimeout(() => this.settleAgain(), delayMs);
  }
}

/** Clocks are set: an expiry is looked at again at least this often. */
const recheckMs = 60_000;
const restoredTripMs = 3_600_000;

function isHold(order: BreakerOverride | undefined): boolean {
  return order !== undefined && order.state !== 'closed';
}

function isForOne({ instance }: BreakerOverride): number {
  return instance === undefined ? 0 : 1;
}
