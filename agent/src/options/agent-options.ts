import { hostname } from 'node:os';
import path from 'node:path';
import { isMainThread, threadId } from 'node:worker_threads';
import { type Clock, namePattern, type Random, show, wireLimits } from '@holdfast/shared';
import type { ClassificationRule } from '../classification/rules.ts';
import { faultsOffBecause } from '../faults/permission.ts';
import type { PropagationRule } from '../propagation/rules.ts';
import type { Transport } from '../stream/transport.ts';
import { systemClock, systemRandom } from '../time/system-clock.ts';
import {
  boolean,
  type Check,
  func,
  mustBe,
  name,
  objectOf,
  oneOf,
  optional,
  readOptions,
  text,
  whole,
  withDefault,
} from './checks.ts';
import { type CollectorAddress, readCollector } from './collector-address.ts';

export interface AgentOptions {
  /** The service that this process is one of. Default: `HOLDFAST_SERVICE`, else `OTEL_SERVICE_NAME`. */
  readonly service?: string;
  /** What tells this process from the others of its service. Default: host name and process id. */
  readonly instance?: string;
  /** The release that runs. */
  readonly version?: string;
  /** For instance `production`. */
  readonly environment?: string;
  /** At most 32, for people to read. */
  readonly tags?: Readonly<Record<string, string>>;
  /**
   * Where the collector is: a `ws:`, `wss:`, `http:` or `https:` URL, or `false` for none. Default:
   * `HOLDFAST_COLLECTOR`, else none. `/api/v1/agent` is appended. Tests hand in a `MemoryCollector`.
   */
  readonly collector?: string | false | Transport;
  /**
   * `connection` (the default) holds one and sends by itself. `request` sends only when `agent.flush` is
   * called, for processes that are frozen between calls.
   */
  readonly mode?: AgentMode;
  /** Whether batches travel deflated over a connection, for links that are slow. Default false. */
  readonly compress?: boolean;
  /** Sent as `Authorization: Bearer`; off this machine only over `wss:`. Default: `HOLDFAST_TOKEN`. */
  readonly token?: string;
  /**
   * The authorities, in PEM, that the collector's certificate is to be from over `wss:`. Default: those that
   * Node knows.
   */
  readonly ca?: string;
  /** The service's own rules of what an error means; they go before the built-in ones. */
  readonly classification?: readonly ClassificationRule[];
  /** The service's own rules of what is done about an error; they go before the built-in ones. */
  readonly propagation?: readonly PropagationRule[];
  /** Default: the real time. */
  readonly clock?: Clock;
  /** Numbers in [0, 1). Default: `Math.random`. */
  readonly random?: Random;
  readonly limits?: AgentLimits;
  /**
   * A folder in which what the collector has not got yet outlives this process, and what people want is known
   * to the next. Several processes may share it. Default: none, nothing is written.
   */
  readonly spoolDir?: string;
  /** The service's own redaction of error and health messages; it goes before the built-in one. */
  readonly redact?: (message: string) => string;
  /**
   * Whether `agent.faults` may inject faults. Default: not in production, which is what `environment` says
   * (it begins with "prod"), or `NODE_ENV` where that is left out. `HOLDFAST_FAULTS=off` goes before it.
   */
  readonly faultInjection?: boolean;
  /** Told of faults of the agent itself, of listeners and of hooks. They never reach the guarded calls. */
  readonly onInternalError?: (error: unknown) => void;
}

export type AgentMode = 'connection' | 'request';

export interface AgentLimits {
  /** What may wait for the collector at most, in bytes. Default 4 MiB, at least 256 KiB. */
  readonly memoryBytes?: number;
  /** What may stand in `spoolDir` for this process at most, in bytes. Default 64 MiB, at least 2 MiB. */
  readonly spoolBytes?: number;
}

/** The options with every default in place. */
export interface AgentSettings {
  readonly service: string;
  readonly instance?: string;
  readonly version?: string;
  readonly environment?: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly collector: CollectorAddress | Transport | undefined;
  readonly mode: AgentMode;
  readonly compress: boolean;
  readonly classification: readonly ClassificationRule[];
  readonly propagation: readonly PropagationRule[];
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: Required<AgentLimits>;
  /** An absolute path. */
  readonly spoolDir?: string;
  readonly redact?: (message: string) => string;
  /** Why no fault may be injected, in words. */
  readonly faultsOffBecause?: string | undefined;
  readonly onInternalError: (error: unknown) => void;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Throws `TypeError` or `RangeError` for a bad option or variable, naming it, what was expected and what it
 * got.
 */
export function readAgentOptions(options: AgentOptions, environment: Environment): AgentSettings {
  const { service, token, ca, ...settings } = readOptions(agentChecks, options);
  const collector = readCollector({ collector: settings.collector, token, ca }, environment);
  if (settings.mode === 'request' && collector !== undefined && 'connect' in collector)
    throw new TypeError(mustBe('collector', 'a URL where `mode` is "request"', collector));
  const { classification = [], propagation = [] } = options;
  return {
    ...settings,
    service: service ?? serviceFrom(environment),
    collector,
    faultsOffBecause: faultsOffBecause(settings, environment),
    classification,
    propagation,
  };
}

/** The host's name, the process id and, off the main thread, the thread's. */
export function defaultInstance(): string {
  const thread = isMainThread ? '' : `-${threadId}`;
  const instance = `${hostname().slice(0, 100)}-${process.pid}${thread}`;
  return namePattern.test(instance) ? instance : `host-${process.pid}${thread}`;
}

const readTags: Check<Readonly<Record<string, string>>> = (tags, place) => {
  if (typeof tags !== 'object' || tags === null || Array.isArray(tags))
    throw new TypeError(mustBe(place, 'an object of strings', tags));
  const entries = Object.entries(tags);
  if (entries.length > wireLimits.tags)
    throw new RangeError(mustBe(place, `at most ${wireLimits.tags}`, entries.length));
  return Object.fromEntries(
    entries.map(([tag, value]) => {
      if (reservedTags.has(tag)) throw new RangeError(`\`${place}\` must not hold ${show(tag)}`);
      return [tag, text(256)(value, `${place}.${tag}`)];
    }),
  );
};

/** Names that could reach an object's prototype; no collector takes them. */
const reservedTags: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

const readAuthorities: Check<string> = (ca, place) => {
  if (typeof ca === 'string' && ca.includes('-----BEGIN CERTIFICATE-----')) return ca;
  throw new TypeError(`\`${place}\` must be certificates in PEM`);
};

const readClock: Check<Clock> = (clock, place) => {
  if (isClock(clock)) return clock;
  throw new TypeError(`\`${place}\` must have now, monotonic and setTimeout, got ${show(clock)}`);
};

function isClock(value: unknown): value is Clock {
  if (typeof value !== 'object' || value === null) return false;
  return ['now', 'monotonic', 'setTimeout'].every(
    (member) => typeof Reflect.get(value, member) === 'function',
  );
}

/** Read together and with the environment by `readCollector`; the rules by who applies them. */
const later: Check<unknown> = (value) => value;

const memoryBytes = withDefault(4_194_304, whole({ min: 262_144, max: 1_073_741_824 }));
const spoolBytes = withDefault(67_108_864, whole({ min: 2_097_152, max: 1_099_511_627_776 }));

const readFolder: Check<string> = (folder, place) => {
  if (typeof folder !== 'string') throw new TypeError(mustBe(place, 'the path of a folder', folder));
  if (folder === '') throw new RangeError(mustBe(place, 'the path of a folder', folder));
  return path.resolve(folder);
};

const agentChecks = {
  service: optional(name),
  instance: optional(name),
  version: optional(text(128)),
  environment: optional(text(128)),
  tags: withDefault({}, readTags),
  collector: later,
  token: later,
  ca: optional(readAuthorities),
  compress: withDefault(false, boolean),
  mode: withDefault('connection', oneOf(['connection', 'request'])),
  classification: later,
  propagation: later,
  clock: withDefault(systemClock, readClock),
  random: withDefault(systemRandom, func<Random>()),
  limits: withDefault(
    { memoryBytes: 4_194_304, spoolBytes: 67_108_864 },
    objectOf({ memoryBytes, spoolBytes }),
  ),
  spoolDir: optional(readFolder),
  redact: optional(func<(message: string) => string>()),
  faultInjection: optional(boolean),
  onInternalError: withDefault(() => {}, func<(error: unknown) => void>()),
} satisfies Record<keyof AgentOptions, Check<unknown>>;

function serviceFrom(environment: Environment): string {
  for (const variable of ['HOLDFAST_SERVICE', 'OTEL_SERVICE_NAME']) {
    const value = environment[variable];
    if (value !== undefined && value !== '') return name(value, variable);
  }
  throw new TypeError(
    '`service` must be a name, or HOLDFAST_SERVICE or OTEL_SERVICE_NAME must be set, got nothing',
  );
}
