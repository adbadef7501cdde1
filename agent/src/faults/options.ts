import {
  type Check,
  func,
  listOf,
  mustBe,
  name,
  number,
  objectOf,
  oneOf,
  optional,
  text,
  withDefault,
} from '../options/checks.ts';
import type { CallContext } from '../primitives/call.ts';

/**
 * `fault` throws instead of calling the function, `outcome` answers instead of it, `latency` waits before it,
 * `behavior` runs something before it.
 */
export type FaultKind = (typeof faultKinds)[number];

/** Whatever else is on: first the wait, then the behaviour, and only then what replaces the call. */
export const faultKinds = ['latency', 'behavior', 'fault', 'outcome'] as const;

export interface FaultOptions {
  readonly kind: FaultKind;
  /** The share of attempts that it is injected into, 0 to 1. */
  readonly ratio: number;
  /** How long it is on, at most a day. Default 60000. */
  readonly forMs?: number;
  /** For `fault`: the error, or a function that makes one. Default: code `HOLDFAST_FAULT_INJECTED`. */
  readonly error?: unknown;
  /** For `latency`: the wait before the call, or bounds between which it is drawn. */
  readonly latencyMs?: number | { readonly minMs: number; readonly maxMs: number };
  /** For `outcome`: the answer, or a function that makes one. */
  readonly result?: unknown;
  /** For `behavior`: awaited before the call. What it throws, the call throws. */
  readonly behavior?: (call: CallContext) => unknown;
  /** Names of pipelines; `*` stands for any characters. Default: all. */
  readonly pipelines?: readonly string[];
  /** Only pipelines with at least one of these tags. */
  readonly tags?: readonly string[];
  /** The share of the service's instances that it is on at, 0 to 1. Default 1. */
  readonly instancesRatio?: number;
  /** The circuit breaker whose opening ends it. */
  readonly stopsWhenOpen?: string;
}

export interface FaultSettings extends FaultOptions {
  readonly forMs: number;
  readonly latencyMs?: { readonly minMs: number; readonly maxMs: number };
}

/** Checks the options and fills in the defaults. */
export const readFaultOptions: Check<FaultSettings> = (options, place) => {
  const settings = readShape(options, place);
  for (const [option, kind, isNeeded] of ownOptions) {
    const isGiven = settings[option] !== undefined;
    if (isGiven && kind !== settings.kind)
      throw new TypeError(`\`${option}\` is for kind "${kind}", got kind "${settings.kind}"`);
    if (isNeeded && !isGiven && kind === settings.kind)
      throw new TypeError(`\`${option}\` must be given for kind "${kind}"`);
  }
  return settings;
};

/** The options that belong to one kind, and whether it needs them. */
const ownOptions = [
  ['latencyMs', 'latency', true],
  ['behavior', 'behavior', true],
  ['error', 'fault', false],
  ['result', 'outcome', false],
] as const;

const anything: Check<unknown> = (value) => value;
const duration = number({ max: 86_400_000 });
const bounds = objectOf({ minMs: duration, maxMs: duration });

const readLatency: Check<NonNullable<FaultSettings['latencyMs']>> = (value, place) => {
  if (typeof value !== 'object') {
    const minMs = duration(value, place);
    return { minMs, maxMs: minMs };
  }
  const { minMs, maxMs } = bounds(value, place);
  if (minMs > maxMs) throw new RangeError(mustBe(`${place}.minMs`, `at most maxMs ${maxMs}`, minMs));
  return { minMs, maxMs };
};

const readShape = objectOf({
  kind: oneOf(faultKinds),
  ratio: number({ max: 1 }),
  forMs: withDefault(60_000, number({ min: 1, max: 86_400_000 })),
  error: anything,
  latencyMs: optional(readLatency),
  result: anything,
  behavior: optional(func<NonNullable<FaultOptions['behavior']>>()),
  pipelines: optional(listOf(text(128), 100)),
  tags: optional(listOf(text(128), 100)),
  instancesRatio: withDefault(1, number({ max: 1 })),
  stopsWhenOpen: optional(name),
});
