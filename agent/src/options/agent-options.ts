import { hostname } from 'node:os';
import { isMainThread, threadId } from 'node:worker_threads';
import { type Clock, namePattern, nameRule, type Random, show, wireLimits } from '@holdfast/shared';
import type { ClassificationRule } from '../classification/rules.ts';
import type { Transport } from '../stream/transport.ts';
import { systemClock, systemRandom } from '../time/system-clock.ts';
import { type CollectorAddress, readCollector } from './collector-address.ts';
import { OptionReader } from './option-reader.ts';

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
  /** Sent as `Authorization: Bearer`; off this machine only over `wss:`. Default: `HOLDFAST_TOKEN`. */
  readonly token?: string;
  /** The service's own rules of what an error means; they go before the built-in ones. */
  readonly classification?: readonly ClassificationRule[];
  /** Default: the real time. */
  readonly clock?: Clock;
  /** Numbers in [0, 1). Default: `Math.random`. */
  readonly random?: Random;
  readonly limits?: AgentLimits;
  /** The service's own redaction of error and health messages; it goes before the built-in one. */
  readonly redact?: (message: string) => string;
  /** Told of faults of the agent itself, of listeners and of hooks. They never reach the guarded calls. */
  readonly onInternalError?: (error: unknown) => void;
}

export interface AgentLimits {
  /** What may wait for the collector at most, in bytes. Default 4 MiB, at least 256 KiB. */
  readonly memoryBytes?: number;
}

/** The options with every default in place. */
export interface AgentSettings {
  readonly service: string;
  readonly instance: string | undefined;
  readonly version: string | undefined;
  readonly environment: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly collector: CollectorAddress | Transport | undefined;
  readonly classification: readonly ClassificationRule[];
  readonly clock: Clock;
  readonly random: Random;
  readonly memoryBytes: number;
  readonly redact: ((message: string) => string) | undefined;
  readonly onInternalError: (error: unknown) => void;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Throws `TypeError` or `RangeError` for a bad option or variable, naming it, what was expected and what it
 * got.
 */
export function readAgentOptions(options: AgentOptions, environment: Environment): AgentSettings {
  const reader = new OptionReader('', options, optionNames);
  for (const name of ['random', 'redact', 'onInternalError']) reader.requireFunction(name);
  const limits = reader.has('limits') ? reader.nested('limits', ['memoryBytes']) : undefined;
  return {
    service: readService(options, environment),
    instance: options.instance === undefined ? undefined : readName('instance', options.instance),
    version: readText('version', options.version),
    environment: readText('environment', options.environment),
    tags: readTags(options.tags ?? {}),
    collector: readCollector(options, environment),
    classification: options.classification ?? [],
    clock: readClock(options.clock),
    random: options.random ?? systemRandom,
    memoryBytes: limits?.whole('memoryBytes', defaultMemoryBytes, memoryBounds) ?? defaultMemoryBytes,
    redact: options.redact,
    onInternalError: options.onInternalError ?? (() => {}),
  };
}

/** The host's name, the process id and, off the main thread, the thread's. */
export function defaultInstance(): string {
  const thread = isMainThread ? '' : `-${threadId}`;
  const name = `${hostname().slice(0, 100)}-${process.pid}${thread}`;
  return namePattern.test(name) ? name : `host-${process.pid}${thread}`;
}

const optionNames: readonly (keyof AgentOptions)[] = [
  'service',
  'instance',
  'version',
  'environment',
  'tags',
  'collector',
  'token',
  'classification',
  'clock',
  'random',
  'limits',
  'redact',
  'onInternalError',
];
const defaultMemoryBytes = 4_194_304;
const memoryBounds = { min: 262_144, max: 1_073_741_824 } as const;
const maxTextLength = 128;
const maxTagLength = 256;

function readService(options: AgentOptions, environment: Environment): string {
  if (options.service !== undefined) return readName('service', options.service);
  for (const variable of ['HOLDFAST_SERVICE', 'OTEL_SERVICE_NAME']) {
    const value = environment[variable];
    if (value !== undefined && value !== '') return readName(variable, value);
  }
  throw new TypeError(
    '`service` must be a name, or HOLDFAST_SERVICE or OTEL_SERVICE_NAME must be set, got nothing',
  );
}

function readName(option: string, value: unknown): string {
  if (typeof value !== 'string') throw new TypeError(`\`${option}\` must be a string, got ${show(value)}`);
  if (!namePattern.test(value)) throw new RangeError(`\`${option}\` must be ${nameRule}, got ${show(value)}`);
  return value;
}

function readText(option: string, value: unknown, maxLength = maxTextLength): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw new TypeError(`\`${option}\` must be a string, got ${show(value)}`);
  if (value.length > maxLength)
    throw new RangeError(`\`${option}\` must be at most ${maxLength} characters, got ${value.length}`);
  return value;
}

function readTags(tags: unknown): Readonly<Record<string, string>> {
  if (typeof tags !== 'object' || tags === null || Array.isArray(tags))
    throw new TypeError(`\`tags\` must be an object of strings, got ${show(tags)}`);
  const entries = Object.entries(tags);
  if (entries.length > wireLimits.tags)
    throw new RangeError(`\`tags\` must be at most ${wireLimits.tags}, got ${entries.length}`);
  return Object.fromEntries(
    entries.map(([name, value]) => {
      if (reservedTags.has(name)) throw new RangeError(`\`tags\` must not hold ${show(name)}`);
      const text = readText(`tags.${name}`, value, maxTagLength);
      if (text === undefined) throw new TypeError(`\`tags.${name}\` must be a string, got nothing`);
      return [name, text];
    }),
  );
}

/** Names that could reach an object's prototype; no collector takes them. */
const reservedTags: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

function readClock(clock: unknown): Clock {
  if (clock === undefined) return systemClock;
  if (isClock(clock)) return clock;
  throw new TypeError(`\`clock\` must have now, monotonic and setTimeout, got ${show(clock)}`);
}

function isClock(value: unknown): value is Clock {
  if (typeof value !== 'object' || value === null) return false;
  return ['now', 'monotonic', 'setTimeout'].every((name) => typeof Reflect.get(value, name) === 'function');
}
