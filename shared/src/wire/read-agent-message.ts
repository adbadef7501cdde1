import type { SparseHistogram } from '../histogram/histogram.ts';
import { bucketCount } from '../histogram/histogram.ts';
import { errorClasses, gaugeNames } from '../vocabulary/calls.ts';
import type { ResilienceEvent } from '../vocabulary/events.ts';
import {
  breakerStates,
  flagReasons,
  healthCheckKinds,
  healthStatuses,
  namePattern,
  nameRule,
  resourceKinds,
} from '../vocabulary/resources.ts';
import { wireLimits } from './limits.ts';
import type {
  AgentMessage,
  Batch,
  DictionaryAddition,
  ErrorTally,
  Hello,
  Levels,
  ResourceDescriptor,
} from './messages.ts';
import {
  boolean,
  listOf,
  misfit,
  number,
  objectOf,
  oneOf,
  optional,
  plainObject,
  read,
  type Reader,
  type Result,
  readJson,
  recordOf,
  text,
  whole,
} from './read.ts';
import { readAttribution, readError, readEvent } from './read-events.ts';
import { instant, readFlagValue } from './read-values.ts';
import { countColumns, type RollupColumns } from './rollups.ts';

/** Parses a frame from an agent: the only place where the collector takes an agent's word for anything. */
export function readAgentMessage(frame: string): Result<AgentMessage> {
  return readJson(readMessage, frame, 'frame');
}

/** The same for a frame that was parsed. */
export function readAgentValue(frame: unknown): Result<AgentMessage> {
  return read(readMessage, frame, 'frame');
}

const readMessage: Reader<AgentMessage> = (input, place) => {
  const type = messageType(plainObject(input, place)['type'], `${place}.type`);
  switch (type) {
    case 'hello':
      return readHello(input, place);
    case 'batch':
      return readBatch(input, place);
    case 'dictionary':
      return { type, ...readAddition(input, place) };
    case 'applied':
      return { type, ...readApplied(input, place) };
    case 'ping':
      return { type, ...readPing(input, place) };
    case 'bye':
      return { type, ...readBye(input, place) };
  }
};
const messageType = oneOf(['hello', 'batch', 'dictionary', 'applied', 'ping', 'bye']);

/** A name that fits an address. */
export const readName: Reader<string> = (input, place) =>
  typeof input === 'string' && namePattern.test(input) ? input : misfit(place, nameRule, input);

const readPing = objectOf({ sentAt: instant });
const readBye = objectOf({ last: whole() });
const readApplied = objectOf({
  version: whole(),
  problems: listOf(objectOf({ target: text(512), problem: text(512) }), 1_000),
});

const helloFields = objectOf({
  protocol: whole(1, 1),
  service: readName,
  instance: readName,
  epoch: text(64),
  version: optional(text(128)),
  environment: optional(text(128)),
  tags: recordOf(text(256), wireLimits.tags),
  agentVersion: text(64),
  first: whole(1),
  next: whole(1),
  desiredVersion: whole(),
  caps: optional(listOf(text(32), 32)),
  startedAt: instant,
  sentAt: instant,
  past: optional(boolean),
  auditHead: optional(text(1_024)),
});
const readHello: Reader<Hello> = (input, place) => ({
  type: 'hello',
  ...helloFields(input, place),
  protocol: 1,
});

const scalar: Reader<string | number | boolean> = (input, place) =>
  typeof input === 'number' || typeof input === 'boolean' ? input : text(256)(input, place);
const readDescriptor: Reader<ResourceDescriptor> = objectOf({
  kind: oneOf(resourceKinds),
  name: readName,
  pipeline: optional(readName),
  dependency: optional(text(256)),
  config: optional(recordOf(scalar, 32)),
});
const readAddition: Reader<DictionaryAddition> = objectOf({
  from: whole(0, wireLimits.resourcesPerAgent),
  add: listOf(readDescriptor, wireLimits.resourcesPerAgent),
});

const resourceNumber = whole(0, wireLimits.resourcesPerAgent - 1);
const readLevels: Reader<Levels> = objectOf({
  complete: boolean,
  breakers: listOf(
    objectOf({
      resource: resourceNumber,
      state: oneOf(breakerStates),
      sinceAt: instant,
      untilAt: optional(instant),
      cause: optional(text(512)),
      failureRatio: optional(number(0, 1)),
      error: optional(readError),
      attribution: optional(readAttribution),
    }),
    wireLimits.resourcesPerAgent,
  ),
  health: listOf(
    objectOf({
      resource: resourceNumber,
      status: oneOf(healthStatuses),
      kind: oneOf(healthCheckKinds),
      critical: boolean,
      sinceAt: instant,
      message: optional(text(wireLimits.messageLength + 1)),
    }),
    wireLimits.resourcesPerAgent,
  ),
  flags: listOf(
    objectOf({
      flag: readName,
      value: readFlagValue,
      defaultValue: readFlagValue,
      degradedValue: optional(readFlagValue),
      reason: oneOf(flagReasons),
      sinceAt: instant,
      cause: optional(text(512)),
      bindings: listOf(text(256), 64),
    }),
    wireLimits.flagsPerAgent,
  ),
});

/** A column of whole numbers of the given length. A plain loop: this runs for every number that arrives. */
function column(input: unknown, length: number, place: string): readonly number[] {
  if (!Array.isArray(input) || input.length !== length) return misfit(place, `an array of ${length}`, input);
  for (let row = 0; row < length; row++) {
    const value: unknown = input[row];
    if (!isCount(value)) misfit(`${place}[${row}]`, 'a count', value);
  }
  return input as number[]; // every element was just checked
}

function gaugeColumn(input: unknown, length: number, place: string): readonly (number | null)[] {
  if (!Array.isArray(input) || input.length !== length) return misfit(place, `an array of ${length}`, input);
  return input.map((value, row) => (value === null ? null : number(0)(value, `${place}[${row}]`)));
}

/**
 * The histograms of a batch. Places are put into words only where something is wrong: there are thousands.
 */
function histogramColumn(input: unknown, rows: number, place: string): readonly SparseHistogram[] {
  if (!Array.isArray(input) || input.length !== rows) return misfit(place, `an array of ${rows}`, input);
  input.forEach((histogram: unknown, row) => {
    if (!isHistogram(histogram)) misfit(`${place}[${row}]`, 'pairs of ascending bucket and count', histogram);
  });
  return input as SparseHistogram[]; // every element was just checked
}

function isHistogram(input: unknown): boolean {
  if (!Array.isArray(input) || input.length % 2 === 1) return false;
  let last = -1;
  for (let i = 0; i < input.length; i += 2) {
    const bucket: unknown = input[i];
    if (!isCount(bucket) || bucket <= last || bucket >= bucketCount || !isCount(input[i + 1])) return false;
    last = bucket;
  }
  return true;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** The gauges of so many rows, from parsed JSON. */
export function readGaugesOf(rows: number, input: unknown): Result<RollupColumns['gauges']> {
  return read((gauges, place) => readGauges(gauges, rows, place), input, 'gauges');
}

function readGauges(input: unknown, rows: number, place: string): RollupColumns['gauges'] {
  const gauges = plainObject(input, place);
  return pick(gaugeNames, (name) =>
    gauges[name] === undefined ? undefined : gaugeColumn(gauges[name], rows, `${place}.${name}`),
  );
}

const readRollups: Reader<RollupColumns> = (input, place) => {
  const source = plainObject(input, place);
  const at = whole()(source['at'], `${place}.at`);
  if (!Array.isArray(source['resource'])) misfit(`${place}.resource`, 'an array', source['resource']);
  const rows = source['resource'].length;
  if (rows > wireLimits.rollupsPerBatch)
    misfit(`${place}.resource`, `at most ${wireLimits.rollupsPerBatch}`, rows);
  const counts = plainObject(source['counts'], `${place}.counts`);
  const latency = histogramColumn(source['latency'], rows, `${place}.latency`);
  return {
    at,
    resource: column(source['resource'], rows, `${place}.resource`),
    second: column(source['second'], rows, `${place}.second`),
    counts: pick(countColumns, (name) =>
      counts[name] === undefined ? undefined : column(counts[name], rows, `${place}.counts.${name}`),
    ),
    gauges: readGauges(source['gauges'], rows, `${place}.gauges`),
    latency,
  };
};

function pick<K extends string, V>(
  names: readonly K[],
  value: (name: K) => V | undefined,
): Partial<Record<K, V>> {
  const picked: Partial<Record<K, V>> = {};
  for (const name of names) {
    const found = value(name);
    if (found !== undefined) picked[name] = found;
  }
  return picked;
}

const readTally: Reader<ErrorTally> = objectOf({
  resource: resourceNumber,
  class: oneOf(errorClasses),
  fingerprint: text(128),
  count: whole(1),
  firstAt: instant,
  lastAt: instant,
});

const batchFields = objectOf({
  seq: whole(1),
  sealedAt: instant,
  dictionary: optional(readAddition),
  levels: optional(readLevels),
  events: optional(listOf(readEvent, wireLimits.eventsPerBatch)),
  rollups: optional(readRollups),
  errors: optional(listOf(readTally, wireLimits.errorTalliesPerBatch)),
  dropped: optional(recordOf(whole(), 64)),
});
const readBatch: Reader<Batch> = (input, place) => {
  const { events, ...rest } = batchFields(input, place);
  return { type: 'batch', ...rest, events: (events ?? []).filter(isKnown) };
};

function isKnown(event: ResilienceEvent | undefined): event is ResilienceEvent {
  return event !== undefined;
}
