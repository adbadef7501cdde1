import { countIndex } from '@holdfast/shared';
import type { Runtime } from '../../runtime.ts';
import type { Meter } from '../../telemetry/meter.ts';
import { Heartbeat } from '../heartbeat.ts';
import type { Codec, Outcome } from './codec.ts';
import type { IdempotencySettings } from './options.ts';
import type { IdempotencyStore, KeptKey } from './store.ts';

/** Where the claims of a primitive are made. */
export interface ClaimDesk {
  readonly runtime: Runtime;
  readonly meter: Meter;
  readonly settings: IdempotencySettings;
  readonly store: IdempotencyStore<unknown>;
  readonly codec: Codec;
}

export interface ClaimedKey {
  readonly key: string;
  readonly owner: string;
  readonly fingerprint: string;
}

/** A key on its way through a store: claimed, renewed while the function runs, and settled. */
export class Claim {
  readonly #desk: ClaimDesk;
  readonly #key: ClaimedKey;
  readonly #heartbeat: Heartbeat;
  #isHeld = false;
  #isOwed = false;

  constructor(desk: ClaimDesk, key: ClaimedKey) {
    this.#desk = desk;
    this.#key = key;
    this.#heartbeat = new Heartbeat(desk.runtime, desk.settings.leaseMs / 3, () => false);
  }

  /** Whether the store has yet to be told how it ended. */
  get isOwed(): boolean {
    return this.#isOwed;
  }

  /** What is known of the key, or nothing where it is ours now. Rejects with what the store throws. */
  async begin(): Promise<KeptKey<unknown> | undefined> {
    const { store, settings, runtime } = this.#desk;
    const nowAt = runtime.clock.now();
    const known = await store.begin({ ...this.#key, nowAt, untilAt: nowAt + settings.leaseMs });
    this.#isHeld = known === undefined;
    return known;
  }

  /** Keeps the claim alive. `lost` is called when somebody else has the key. */
  hold(lost: () => void): void {
    const { store, settings, runtime } = this.#desk;
    if (!this.#isHeld || settings.store === undefined) return;
    this.#heartbeat.beat = async () => {
      const untilAt = runtime.clock.now() + settings.leaseMs;
      const isOurs = await store.renew({ ...this.#key, untilAt });
      if (!isOurs && !this.#isOwed) lost();
      return isOurs;
    };
    this.#heartbeat.start();
  }

  /**
   * Tells the store the outcome; `undefined` gives the key back. While the store cannot be told it is tried
   * again with each beat, and `settled` is called when that is over. Rejects with a `TypeError` where the
   * outcome cannot be kept: then that is the outcome, because the function has run.
   */
  async settle(outcome: Outcome | undefined, settled: () => void): Promise<void> {
    const { codec, settings, runtime, meter } = this.#desk;
    if (!this.#isHeld) return;
    const untilAt = runtime.clock.now() + settings.ttlMs;
    let tell = this.#release();
    try {
      if (outcome !== undefined) tell = this.#completion(codec.write(outcome), untilAt);
    } catch (unfit) {
      await this.settle({ error: unfit }, settled);
      throw unfit;
    }
    this.#isOwed = true;
    this.#heartbeat.beat = async () => {
      if (runtime.clock.now() < untilAt && (await tell()) === false) meter.count(countIndex.late);
      this.#isOwed = false;
      settled();
      return false;
    };
    await this.#heartbeat.now();
  }

  #release(): () => unknown {
    return () => this.#desk.store.release(this.#key);
  }

  #completion(outcome: unknown, untilAt: number): () => unknown {
    return () => this.#desk.store.complete({ ...this.#key, outcome, untilAt });
  }
}
