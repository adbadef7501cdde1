import {
  type Check,
  mustBe,
  name,
  number,
  objectOf,
  oneOf,
  optional,
  ratio,
  readOptions,
  whole,
  withDefault,
} from '../../options/checks.ts';

export interface BulkheadOptions {
  /** Calls that may be under way at once. With `adaptive` at most. */
  readonly maxConcurrentCalls: number;
  /** Calls that may wait for their turn. Default 0: what cannot run at once is rejected. */
  readonly maxQueueLength?: number;
  /** How long a call may wait for its turn. Default 0: as long as it takes. */
  readonly maxQueueWaitMs?: number;
  /** Finds out by itself how many calls may be under way. Default: always `maxConcurrentCalls`. */
  readonly adaptive?: AdaptiveOptions;
  /** What the bulkhead protects from, for people. */
  readonly dependency?: string;
}

export type AdaptiveOptions = AimdOptions | Gradient2Options;

interface LimitBounds {
  /** Default 1. */
  readonly minLimit?: number;
  /** At most `maxConcurrentCalls`, which is the default. */
  readonly maxLimit?: number;
  /** Default 20, within the bounds. */
  readonly initialLimit?: number;
}

/** Goes by errors: one more each round while calls succeed, a share less where one times out. */
export interface AimdOptions extends LimitBounds {
  readonly kind: 'aimd';
  /** What is left of the limit, 0.5 to 1. Default 0.9. */
  readonly backoffRatio?: number;
  /** A call that takes longer is taken for one that timed out. Default 5 000. */
  readonly slowCallMs?: number;
}

/** Goes by time: less while calls take longer than they used to, more while they do not. */
export interface Gradient2Options extends LimitBounds {
  readonly kind: 'gradient2';
  /** How many calls may wait at the other side without being taken for overload. Default 4. */
  readonly queueSize?: number;
  /** How much of each new limit is taken over, 0 to 1. Default 0.2. */
  readonly smoothing?: number;
  /** How many times longer than usual calls may take before the limit falls. Default 1.5. */
  readonly rttTolerance?: number;
  /** How often the limit is looked at, with at least 10 calls. Default 1 000. */
  readonly windowMs?: number;
  /** How many of these windows "usual" is made of. Default 600. */
  readonly longWindow?: number;
}

export type AimdSettings = Required<AimdOptions>;
export type Gradient2Settings = Required<Gradient2Options>;
export type AdaptiveSettings = AimdSettings | Gradient2Settings;

export interface BulkheadSettings {
  readonly maxConcurrentCalls: number;
  readonly maxQueueLength: number;
  readonly maxQueueWaitMs: number;
  readonly adaptive?: AdaptiveSettings;
}

/** Checks the options and fills in the defaults. */
export const readBulkheadOptions: Check<BulkheadSettings & Pick<BulkheadOptions, 'dependency'>> = (
  value,
  place,
) => {
  const { adaptive, ...settings } = readRaw(value, place);
  if (adaptive === undefined) return settings;
  const at = place === '' ? 'adaptive' : `${place}.adaptive`;
  return { ...settings, adaptive: readAdaptive(adaptive, { at, most: settings.maxConcurrentCalls }) };
};

const readRaw = objectOf({
  maxConcurrentCalls: whole({ min: 1, max: 1_000_000 }),
  maxQueueLength: withDefault(0, whole({ max: 1_000_000 })),
  maxQueueWaitMs: withDefault(0, number()),
  adaptive: optional<object>((value, place) => {
    if (typeof value === 'object' && value !== null) return value;
    throw new TypeError(mustBe(place, 'an object', value));
  }),
  dependency: optional(name),
});

interface Frame {
  readonly at: string;
  readonly most: number;
}

function readAdaptive(value: object, { at, most }: Frame): AdaptiveSettings {
  const kind = oneOf(['aimd', 'gradient2'])(Reflect.get(value, 'kind'), `${at}.kind`);
  const settings =
    kind === 'aimd'
      ? { ...readOptions({ ...bounds(most), ...aimd }, value, at), kind }
      : { ...readOptions({ ...bounds(most), ...gradient2 }, value, at), kind };
  const { minLimit, maxLimit } = settings;
  if (minLimit > maxLimit) throw new RangeError(mustBe(`${at}.minLimit`, 'at most `maxLimit`', minLimit));
  const usual = Math.min(maxLimit, Math.max(minLimit, 20));
  const initialLimit = settings.initialLimit ?? usual;
  whole({ min: minLimit, max: maxLimit })(initialLimit, `${at}.initialLimit`);
  return { ...settings, initialLimit };
}

const bounds = (most: number) => ({
  kind: (value: unknown) => value,
  minLimit: withDefault(1, whole({ min: 1, max: 1_000_000 })),
  maxLimit: withDefault(most, whole({ min: 1, max: most })),
  initialLimit: optional(whole({ min: 1, max: 1_000_000 })),
});

const aimd = {
  backoffRatio: withDefault(0.9, number({ min: 0.5, max: 1 })),
  slowCallMs: withDefault(5_000, number({ min: 1 })),
};

const gradient2 = {
  queueSize: withDefault(4, whole({ min: 1, max: 10_000 })),
  smoothing: withDefault(0.2, ratio),
  rttTolerance: withDefault(1.5, number({ min: 1, max: 100 })),
  windowMs: withDefault(1_000, number({ min: 10 })),
  longWindow: withDefault(600, whole({ min: 1, max: 100_000 })),
};
