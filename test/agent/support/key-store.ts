import type { IdempotencyStore, KeptKey, KeyClaim, KeyCompletion, KeyHolding } from '@holdfast/agent';

type Row = KeptKey & Pick<KeyHolding, 'owner'>;

/** A store that several agents share, and that a test can break. */
export class KeyStore implements IdempotencyStore {
  readonly rows = new Map<string, Row>();
  /** The methods that throw at present. */
  readonly broken = new Set<keyof IdempotencyStore>();
  /** The methods that were called, those that threw included. */
  readonly calls: string[] = [];

  async begin({ key, owner, fingerprint, nowAt, untilAt }: KeyClaim): Promise<KeptKey | undefined> {
    this.#enter('begin');
    const row = this.rows.get(key);
    if (row !== undefined && row.untilAt > nowAt) return row;
    this.rows.set(key, { owner, fingerprint, untilAt });
    return undefined;
  }

  async renew({ key, owner, untilAt }: KeyHolding): Promise<boolean> {
    this.#enter('renew');
    const row = this.rows.get(key);
    if (row?.owner !== owner || row.outcome !== undefined) return false;
    this.rows.set(key, { ...row, untilAt });
    return true;
  }

  async complete({ key, owner, untilAt, outcome }: KeyCompletion): Promise<boolean> {
    this.#enter('complete');
    const row = this.rows.get(key);
    if (row?.owner !== owner) return false;
    this.rows.set(key, { ...row, untilAt, outcome });
    return true;
  }

  async release({ key, owner }: Pick<KeyHolding, 'key' | 'owner'>): Promise<void> {
    this.#enter('release');
    if (this.rows.get(key)?.owner === owner) this.rows.delete(key);
  }

  #enter(method: keyof IdempotencyStore): void {
    this.calls.push(method);
    if (this.broken.has(method)) throw new Error(`${method} is broken`);
  }
}
