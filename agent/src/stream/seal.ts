import {
  type AgentMessage,
  type Batch,
  exclusiveOutcomes,
  type ResilienceEvent,
  toColumns,
  wireLimits,
} from '@holdfast/shared';
import type { TakenLevels } from '../telemetry/level-book.ts';
import type { Recorder } from '../telemetry/recorder.ts';

export interface SealOptions {
  readonly seq: number;
  /** Epoch milliseconds. */
  readonly sealedAt: number;
  /** How many resources of the dictionary earlier batches have introduced. */
  readonly introducedCount: number;
  /** The largest frame that the collector takes. */
  readonly maxBytes: number;
}

/** A batch as it will be sent, now and in each repeat: the same bytes. */
export interface SealedBatch {
  readonly seq: number;
  readonly frame: Uint8Array;
  /** Resources introduced before it and with it. */
  readonly introducedBefore: number;
  readonly introducedAfter: number;
}

/**
 * Moves what waits in the recorder into one batch of at most `maxBytes`; what does not fit waits for the
 * next. The only place where records get a sequence number.
 */
export function sealBatch(recorder: Recorder, options: SealOptions): SealedBatch {
  const { seq, sealedAt, introducedCount } = options;
  const fields: string[] = [`${startOf(seq)}"sealedAt":${sealedAt}`];
  let room = options.maxBytes - envelopeBytes;
  const add = (field: string): void => {
    fields.push(field);
    room -= Buffer.byteLength(field) + 1;
  };
  const introducedAfter = addDictionary(recorder, { introducedCount, room, add });
  // A record may name a resource only once the collector knows it.
  if (introducedAfter === recorder.dictionary.length) {
    const drops = recorder.drops.take();
    if (drops !== undefined) add(`"dropped":${JSON.stringify(drops.counts)}`);
    const levels = recorder.levels.take(room);
    if (levels !== undefined) add(levelsField(levels));
    const told = drops?.events.map((event) => JSON.stringify({ ...event, at: sealedAt })) ?? [];
    const queued = recorder.events.take({
      bytes: room - noticesBytes,
      events: wireLimits.eventsPerBatch - told.length,
    });
    add(`"events":[${[...told, ...queued.map((event) => event.json)].join(',')}]`);
    const errors = recorder.errors.take(room);
    if (errors.length > 0) add(`"errors":[${errors.join(',')}]`);
    const rollups = recorder.rollups.take({ bytes: room, rollups: wireLimits.rollupsPerBatch });
    if (rollups.length > 0) add(`"rollups":${JSON.stringify(toColumns(rollups))}`);
  } else {
    add('"events":[]');
  }
  const frame = Buffer.from(`${fields.join(',')}}`);
  return { seq, frame, introducedBefore: introducedCount, introducedAfter };
}

const startOf = (seq: number): string => `{"type":"batch","seq":${seq},`;

/** The same batch with another number, as which it was never sent. */
export function renumbered(batch: SealedBatch, seq: number): SealedBatch {
  const rest = batch.frame.subarray(startOf(batch.seq).length);
  return { ...batch, seq, frame: Buffer.concat([Buffer.from(startOf(seq)), rest]) };
}

/** How many events, with those that are summarised, and calls a batch tells of. */
export function contentOf(frame: Uint8Array): { readonly eventCount: number; readonly callCount: number } {
  const { events, rollups } = JSON.parse(Buffer.from(frame).toString()) as Batch; // sealed above
  let eventCount = 0;
  for (const event of events) eventCount += changeCountOf(event);
  let callCount = 0;
  for (const outcome of exclusiveOutcomes)
    for (const count of rollups?.counts[outcome] ?? []) callCount += count;
  return { eventCount, callCount };
}

/** 1 for all but the summaries. */
function changeCountOf(event: ResilienceEvent): number {
  return 'edges' in event ? event.edges.reduce((sum, { count }) => sum + count, 0) : 1;
}

/** Room for the fields' names and brackets. */
const envelopeBytes = 512;
/** Room for the events that tell of drops, one for each reason. */
const noticesBytes = 2_048;

interface DictionaryPart {
  readonly introducedCount: number;
  readonly room: number;
  readonly add: (field: string) => void;
}

/** Adds what fits of the resources that are new, and returns how many are introduced then. */
function addDictionary(recorder: Recorder, { introducedCount, room, add }: DictionaryPart): number {
  const part = dictionaryPart(recorder.dictionary, { from: introducedCount, room });
  if (part.length > 0) add(`"dictionary":{"from":${introducedCount},"add":[${part.join(',')}]}`);
  return introducedCount + part.length;
}

/** The descriptors from a number on, as many as fit. */
export function dictionaryPart(
  dictionary: readonly string[],
  { from, room }: { readonly from: number; readonly room: number },
): string[] {
  const part: string[] = [];
  let bytes = 0;
  for (const json of dictionary.slice(from)) {
    bytes += Buffer.byteLength(json) + 1;
    if (bytes > room) break;
    part.push(json);
  }
  return part;
}

function levelsField({ complete, json }: TakenLevels): string {
  const list = (texts: readonly string[]): string => `[${texts.join(',')}]`;
  const { breakers, health, flags } = json;
  return (
    `"levels":{"complete":${complete},"breakers":${list(breakers)},` +
    `"health":${list(health)},"flags":${list(flags)}}`
  );
}

/** A message that is no batch, as a frame. */
export function encode(message: AgentMessage): Uint8Array {
  return Buffer.from(JSON.stringify(message));
}
