import { createHash } from 'node:crypto';
import type { Clock } from '@holdfast/agent';
import { Refusal } from '../service/answer.ts';

export interface IdempotencyOptions {
  readonly clock: Clock;
  /** Default 10,000 keys. The oldest is forgotten first. */
  readonly maxKeys?: number;
  /** Default a day. */
  readonly keepMs?: number;
}

interface Kept<T> {
  readonly fingerprint: string;
  readonly answer: Promise<T>;
  readonly at: number;
}

/**
 * Does what a key asks for once, and gives everybody who comes with the same key the same answer, also while
 * it is still being done.
 */
export class IdempotentAnswers<T> {
  readonly #kept = new Map<string, Kept<T>>();
  readonly #clock: Clock;
  readonly #maxKeys: number;
  readonly #keepMs: number;

  constructor({ clock, maxKeys = 10_000, keepMs = 86_400_000 }: IdempotencyOptions) {
    this.#clock = clock;
    this.#maxKeys = maxKeys;
    this.#keepMs = keepMs;
  }

  /**
   * An answer that says no is kept as well; work that throws is not, so that it can be tried again.
   *
   * @throws {Refusal} 422 `idempotency_key_reused` where the key came with another payload before.
   */
  async answer(key: string, payload: unknown, work: () => Promise<T>): Promise<T> {
    const fingerprint = fingerprintOf(payload);
    const known = this.#find(key);
    if (known === undefined) return this.#begin(key, fingerprint, work);
    if (known.fingerprint === fingerprint) return known.answer;
    throw new Refusal(422, 'idempotency_key_reused', `${key} came with another order before; take a new key`);
  }

  /** Takes over what an earlier process answered. */
  restore(key: string, fingerprint: string, answer: T): void {
    this.#keep(key, { fingerprint, answer: Promise.resolve(answer), at: this.#clock.now() });
  }

  #find(key: string): Kept<T> | undefined {
    const known = this.#kept.get(key);
    return known !== undefined && this.#clock.now() - known.at < this.#keepMs ? known : undefined;
  }

  async #begin(key: string, fingerprint: string, work: () => Promise<T>): Promise<T> {
    const kept = { fingerprint, answer: work(), at: this.#clock.now() };
    this.#keep(key, kept);
    try {
      return await kept.answer;
    } catch (error) {
      if (this.#kept.get(key) === kept) this.#kept.delete(key);
      throw error;
    }
  }

  #keep(key: string, kept: Kept<T>): void {
    this.#kept.delete(key); // so that the newest stand last
    this.#kept.set(key, kept);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > this.#maxKeys && oldest !== undefined) this.#kept.delete(oldest);
  }
}

/** The same for the same payload, whatever the order of its fields. */
export function fingerprintOf(payload: unknown): string {
  return createHash('sha256').update(canonical(payload)).digest('hex').slice(0, 32);
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'undefined';
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`).join()}}`;
}
