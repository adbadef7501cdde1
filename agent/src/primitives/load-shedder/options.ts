import {
  type Check,
  mustBe,
  name,
  number,
  objectOf,
  optional,
  whole,
  withDefault,
} from '../../options/checks.ts';

/** The signals that calls are shed by; at least one. Any of them is enough. */
export interface LoadShedderOptions {
  /**
   * For calls that go out: sheds as many as the other side does not take. The client-side throttling of
   * "Handling Overload" in Google's SRE book.
   */
  readonly clientThrottle?: ClientThrottleOptions;
  /**
   * For calls that have waited: in the queue of the pipeline's bulkhead, or since `enqueuedAt` of the call
   * options. Sheds while every call of an interval had to wait for too long (CoDel).
   */
  readonly queueTime?: QueueTimeOptions;
  /** Sheds while this process is too busy to answer in time. */
  readonly eventLoopLag?: EventLoopLagOptions;
  /** Sheds while too many calls are under way. */
  readonly concurrency?: ConcurrencyOptions;
  /** What the load shedder protects, for people. */
  readonly dependency?: string;
}

export interface ClientThrottleOptions {
  /**
   * How many calls are tried for each that is accepted before any is shed. With 2 the other side still gets
   * to see as many that it refuses as it takes. Default 2, at least 1.
   */
  readonly k?: number;
  /** What is remembered. Default 120 000. */
  readonly windowMs?: number;
}

export interface QueueTimeOptions {
  /** A wait that is no sign of overload, however often it is seen. Default 5. */
  readonly targetMs?: number;
  /** How long every wait has to be above the target. Default 100. */
  readonly intervalMs?: number;
}

export interface EventLoopLagOptions {
  /** The lag from which on calls of normal priority are shed. Default 100. */
  readonly limitMs?: number;
}

export interface ConcurrencyOptions {
  /** Calls under way from which on further ones of normal priority are shed. */
  readonly limit: number;
}

export interface LoadShedderSettings {
  readonly clientThrottle?: Required<ClientThrottleOptions>;
  readonly queueTime?: Required<QueueTimeOptions>;
  readonly eventLoopLag?: Required<EventLoopLagOptions>;
  readonly concurrency?: Required<ConcurrencyOptions>;
}

/** Checks the options and fills in the defaults. */
export const readLoadShedderOptions: Check<LoadShedderSettings & Pick<LoadShedderOptions, 'dependency'>> = (
  value,
  place,
) => {
  const settings = readRaw(value, place);
  const { dependency: _, ...signals } = settings;
  if (Object.keys(signals).length > 0) return settings;
  const known = 'clientThrottle, queueTime, eventLoopLag, concurrency';
  throw new TypeError(mustBe(place === '' ? 'options' : place, `given at least one of ${known}`, value));
};

const readRaw = objectOf({
  clientThrottle: optional(
    objectOf({
      k: withDefault(2, number({ min: 1, max: 1_000 })),
      windowMs: withDefault(120_000, number({ min: 1_000 })),
    }),
  ),
  queueTime: optional(
    objectOf({
      targetMs: withDefault(5, number({ min: 1 })),
      intervalMs: withDefault(100, number({ min: 1 })),
    }),
  ),
  eventLoopLag: optional(objectOf({ limitMs: withDefault(100, number({ min: 1 })) })),
  concurrency: optional(objectOf({ limit: whole({ min: 1, max: 1_000_000 }) })),
  dependency: optional(name),
});
