import {
  type Check,
  func,
  methods,
  name,
  number,
  objectOf,
  oneOf,
  optional,
  text,
  whole,
  withDefault,
} from '../../options/checks.ts';
import type { CallOptions } from '../call.ts';
import { fingerprintOf } from '../plain-json.ts';
import type { IdempotencyStore } from './store.ts';

export interface IdempotencyOptions {
  /** How long an outcome is kept, from when it is known. Default 86 400 000, a day. */
  readonly ttlMs?: number;
  /** Where outcomes are kept. Default: in this process. */
  readonly store?: IdempotencyStore;
  /** Outcomes that are kept in this process at most; the oldest is forgotten first. Default 10 000. */
  readonly maxEntries?: number;
  /**
   * With a `store`: how long a claim holds that nobody renews. It is renewed every third of this while the
   * function runs, so it is how long a key stays taken after a crash. Default 60 000.
   */
  readonly leaseMs?: number;
  /** With a `store`: how long a call waits for another process that runs the same key. Default 10 000. */
  readonly maxWaitMs?: number;
  /** Which errors are kept and answered again, like results. Default: none, so that another try may run. */
  readonly keepFailure?: boolean | ((error: unknown) => boolean);
  /**
   * What a call does whose key cannot be claimed because the store fails: `reject` it, or `run` at the risk
   * that it runs twice. Default `reject`.
   */
  readonly onStoreFailure?: 'reject' | 'run';
  /** What tells payloads apart. Default: a hash of their JSON, whatever the order of fields. */
  readonly fingerprint?: (payload: unknown) => string;
  /** What is called, for people. */
  readonly dependency?: string;
}

export interface IdempotencyCallOptions extends CallOptions {
  /** What is to be done once: 1 to 256 characters. */
  readonly key: string;
  /** What the key stands for. The same key with another payload is refused. */
  readonly payload?: unknown;
}

export interface IdempotencySettings {
  readonly ttlMs: number;
  readonly store?: IdempotencyStore;
  readonly maxEntries: number;
  readonly leaseMs: number;
  readonly maxWaitMs: number;
  readonly keepFailure: (error: unknown) => boolean;
  readonly onStoreFailure: 'reject' | 'run';
  readonly fingerprint: (payload: unknown) => string;
  readonly dependency?: string;
}

/** Checks the options and fills in the defaults. */
export const readIdempotencyOptions: Check<IdempotencySettings> = (value, place) => {
  const { maxEntries, ...settings } = read(value, place);
  if (maxEntries !== undefined && settings.store !== undefined)
    throw new TypeError(
      '`maxEntries` bounds what is kept in this process; with a `store` it must be left out',
    );
  return { ...settings, maxEntries: maxEntries ?? 10_000 };
};

/** Throws unless it is fit to be a key. */
export const readKey: Check<string> = (value, place) => {
  const key = text(256)(value, place);
  if (key !== '') return key;
  throw new RangeError(`\`${place}\` must have 1 to 256 characters, got none`);
};

const read = objectOf({
  ttlMs: withDefault(86_400_000, number({ min: 1, max: Number.MAX_SAFE_INTEGER })),
  store: optional(methods<IdempotencyStore>('begin', 'renew', 'complete', 'release')),
  maxEntries: optional(whole({ min: 1, max: 10_000_000 })),
  leaseMs: withDefault(60_000, number({ min: 10 })),
  maxWaitMs: withDefault(10_000, number()),
  keepFailure: (value, place) =>
    typeof value === 'boolean'
      ? () => value
      : withDefault(() => false, func<(error: unknown) => boolean>())(value, place),
  onStoreFailure: withDefault('reject', oneOf(['reject', 'run'])),
  fingerprint: withDefault(fingerprintOf, func<(payload: unknown) => string>()),
  dependency: optional(name),
});
