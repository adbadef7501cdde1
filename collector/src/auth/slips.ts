import type { Clock } from '@holdfast/shared';
import { createHash, randomBytes } from 'node:crypto';

/** A secret for one who asks: 256 random bits that may stand in an address, a header, a subprotocol. */
export function makeSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** By what a secret is found: its hash, so that how long a look-up takes tells nothing of the secret. */
export function keyOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

export interface SlipOptions {
  readonly clock: Clock;
  /** How long a slip holds, milliseconds. */
  readonly forMs: number;
  /** How many an owner can have; the oldest gives way. */
  readonly perOwner: number;
}

/** Secrets that are good for a moment, and once. */
export class Slips<T> {
  private readonly options: SlipOptions;
  /** By the hash of the secret, oldest first. */
  private readonly slips = new Map<string, Slip<T>>();

  constructor(options: SlipOptions) {
    this.options = options;
  }

  /** The secret, and when it expires, in epoch milliseconds. */
  issue(owner: string, value: T): { readonly secret: string; readonly expiresAt: number } {
    const { clock, forMs, perOwner } = this.options;
    this.forgetExpired();
    const mine = [...this.slips].filter(([, slip]) => slip.owner === owner);
    for (const [key] of mine.slice(0, Math.max(0, mine.length - perOwner + 1))) this.slips.delete(key);
    const secret = makeSecret();
    this.slips.set(keyOf(secret), { owner, value, endsAt: clock.monotonic() + forMs });
    return { secret, expiresAt: clock.now() + forMs };
  }

  /** What the secret stands for, the first time and in time. */
  take(secret: string): T | undefined {
    this.forgetExpired();
    const key = keyOf(secret);
    const slip = this.slips.get(key);
    this.slips.delete(key);
    return slip?.value;
  }

  private forgetExpired(): void {
    const now = this.options.clock.monotonic();
    for (const [key, { endsAt }] of this.slips) {
      if (endsAt > now) return;
      this.slips.delete(key);
    }
  }
}

interface Slip<T> {
  readonly owner: string;
  readonly value: T;
  readonly endsAt: number;
}
