import { show } from '@holdfast/shared';
import type { HealthAnswer } from '../../health/probe.ts';
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
  readOptions,
  whole,
  withDefault,
} from '../../options/checks.ts';

/** The defaults and what they mean are those of Envoy's outlier detection, but for `maxEjectedRatio`. */
export interface EndpointsOptions<E extends string | object = string> {
  /** Equal places to send a call to: their URLs, or objects. At most 1000. */
  readonly endpoints: readonly E[];
  /** What people call an endpoint. Default: the string itself; an object's `id`, `name`, `url` or `href`. */
  readonly idOf?: (endpoint: E) => string;
  /** Default `power_of_two`: of two drawn at random, the one with fewer calls under way. */
  readonly balance?: Balance;
  /** Failures in a row that eject an endpoint. Default 5. */
  readonly consecutiveFailures?: number;
  /** Ejects what fails clearly more often than the others. `false` turns it off. */
  readonly successRate?: SuccessRateOptions | false;
  /**
   * How often success rates are compared, and after how much time in the rotation an ejection is forgotten.
   * Default 10 000.
   */
  readonly intervalMs?: number;
  /**
   * The share of endpoints that may be ejected at once, 0 to 1. Default 0.5. Above 0 it is always one, and
   * never all.
   */
  readonly maxEjectedRatio?: number;
  /** How long the first ejection lasts; the n-th in close succession n times as long. Default 30 000. */
  readonly baseEjectionMs?: number;
  /** The longest ejection. Default 300 000, or `baseEjectionMs` where that is longer. */
  readonly maxEjectionMs?: number;
  /** Asks each endpoint now and then how it is. Default: nobody asks. */
  readonly activeCheck?: ActiveCheckOptions<E>;
  /** What the endpoints are, for people. */
  readonly dependency?: string;
}

export interface SuccessRateOptions {
  /** Ejected below mean − factor · σ of the success rates of all endpoints. Default 1.9. */
  readonly factor?: number;
  /** Fewer endpoints than this with enough calls are not compared. Default 5. */
  readonly minimumEndpoints?: number;
  /** Calls in an interval from which on an endpoint is compared. Default 100. */
  readonly minimumCalls?: number;
}

export interface ActiveCheckOptions<E extends string | object = string> {
  /** Answers what a health check may answer; `false`, `down` and what it throws is a failure. */
  readonly probe: EndpointProbe<E>;
  /** Time between the end of a probe and the next, give or take a tenth. Default 10 000. */
  readonly intervalMs?: number;
  /** When an answer is too late. Default 2000. */
  readonly timeoutMs?: number;
  /** Failed probes in a row that eject an endpoint. Default 3. */
  readonly consecutiveFailures?: number;
  /** Passed probes in a row that bring it back. Default 2. */
  readonly consecutivePasses?: number;
}

type Answer = HealthAnswer | void;
export type EndpointProbe<E> = (endpoint: E, signal: AbortSignal) => Answer | PromiseLike<Answer>;

export type Balance = 'power_of_two' | 'round_robin';

/** The options with their defaults. */
export interface EndpointsSettings<E extends string | object>
  extends Required<Omit<EndpointsOptions<E>, 'idOf' | 'successRate' | 'activeCheck' | 'dependency'>> {
  readonly idOf: (endpoint: E) => string;
  readonly successRate: Required<SuccessRateOptions> | undefined;
  readonly activeCheck: Required<ActiveCheckOptions<E>> | undefined;
  readonly dependency: string | undefined;
}

/** Checks the options and fills in the defaults. */
export function readEndpointsOptions<E extends string | object>(
  options: EndpointsOptions<E>,
): EndpointsSettings<E> {
  const read = readOptions(checks, options);
  const { baseEjectionMs, maxEjectionMs = Math.max(300_000, baseEjectionMs) } = read;
  if (maxEjectionMs < baseEjectionMs)
    throw new RangeError(
      mustBe('maxEjectionMs', `at least \`baseEjectionMs\` (${baseEjectionMs})`, maxEjectionMs),
    );
  const { dependency, ...rest } = read;
  const { idOf = ownId, endpoints, activeCheck } = options;
  return {
    ...rest,
    dependency,
    maxEjectionMs,
    idOf,
    endpoints: [...endpoints],
    successRate: read.successRate === false ? undefined : read.successRate,
    activeCheck: activeCheck && read.activeCheck && { ...read.activeCheck, probe: activeCheck.probe },
  };
}

/** A list of endpoints as it may be given when made or later. */
export const readEndpoints: Check<(string | object)[]> = listOf((endpoint, place) => {
  if (typeof endpoint === 'string' || (typeof endpoint === 'object' && endpoint !== null)) return endpoint;
  throw new TypeError(mustBe(place, 'a string or an object', endpoint));
}, 1_000);

/** Endpoints by their names. Throws where one has none, or two have the same. */
export function byId<E extends string | object>(
  endpoints: readonly E[],
  idOf: (endpoint: E) => string,
): Map<string, E> {
  const named = new Map<string, E>();
  endpoints.forEach((endpoint, index) => {
    const id: unknown = idOf(endpoint);
    if (typeof id !== 'string' || id === '')
      throw new TypeError(
        `\`endpoints[${index}]\` has no name: give it an \`id\`, or \`idOf\`, got ${show(id)}`,
      );
    if (named.has(id)) throw new RangeError(`\`endpoints[${index}]\` is there twice: ${show(id)}`);
    named.set(id, endpoint);
  });
  return named;
}

function ownId(endpoint: string | object): string {
  if (typeof endpoint === 'string') return endpoint;
  const named = ['id', 'name', 'url', 'href'].map((key): unknown => Reflect.get(endpoint, key));
  return named.find((value) => typeof value === 'string') ?? '';
}

const rateDefaults = { factor: 1.9, minimumEndpoints: 5, minimumCalls: 100 };

const readSuccessRate: Check<Required<SuccessRateOptions> | false> = (value, place) =>
  value === false ? false : readRate(value, place);
const readRate = objectOf({
  factor: withDefault(rateDefaults.factor, number({ min: 0.1, max: 100 })),
  minimumEndpoints: withDefault(rateDefaults.minimumEndpoints, whole({ min: 2, max: 1_000 })),
  minimumCalls: withDefault(rateDefaults.minimumCalls, whole({ min: 1, max: 1_000_000 })),
});

const checks = {
  endpoints: readEndpoints,
  idOf: optional(func<(endpoint: string | object) => string>()),
  balance: withDefault('power_of_two', oneOf(['power_of_two', 'round_robin'])),
  consecutiveFailures: withDefault(5, whole({ min: 1, max: 1_000_000 })),
  successRate: withDefault(rateDefaults, readSuccessRate),
  intervalMs: withDefault(10_000, number({ min: 100 })),
  maxEjectedRatio: withDefault(0.5, number({ max: 1 })),
  baseEjectionMs: withDefault(30_000, number({ min: 1 })),
  maxEjectionMs: optional(number({ min: 1 })),
  activeCheck: optional(
    objectOf({
      probe: func<EndpointProbe<string | object>>(),
      intervalMs: withDefault(10_000, number({ min: 10 })),
      timeoutMs: withDefault(2_000, number({ min: 1 })),
      consecutiveFailures: withDefault(3, whole({ min: 1, max: 1_000 })),
      consecutivePasses: withDefault(2, whole({ min: 1, max: 1_000 })),
    }),
  ),
  dependency: optional(name),
};
