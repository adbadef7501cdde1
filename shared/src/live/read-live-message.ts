import {
  listOf,
  number,
  objectOf,
  oneOf,
  optional,
  type Reader,
  type Result,
  readJson,
  text,
  whole,
} from '../wire/read.ts';
import type { LiveMessage, LiveRefusal } from './live-message.ts';

/**
 * Parses a frame of `/api/v1/live`. The collector built it from values that were parsed on their way in, so
 * only what a reader's first steps rely on is looked at again.
 */
export function readLiveMessage(frame: string): Result<LiveMessage | LiveRefusal> {
  return readJson(liveMessage, frame, 'the message');
}

const liveMessage: Reader<LiveMessage | LiveRefusal> = (input, place) => {
  const { type } = objectOf({ type: oneOf(['snapshot', 'delta', 'refused']) })(input, place);
  readers[type](input, place);
  return input as LiveMessage | LiveRefusal; // what is used first was just checked
};

const limit = 100_000;
const resources = listOf(objectOf({ address: text(512) }), limit);
const flags = listOf(objectOf({ key: text() }), limit);
const errors = listOf(objectOf({ class: text(), fingerprint: text(512) }), limit);
const agents = listOf(objectOf({ service: text(), instance: text() }), limit);
const events = listOf(objectOf({ id: text(), at: number() }), limit);
const audit = listOf(objectOf({ id: number(), at: number() }), limit);
const numbers = optional(listOf(whole(), limit));
const keys = optional(listOf(text(1_024), limit));

const mark = {
  cursor: optional(text()),
  replay: optional(objectOf({ speed: number() })),
  problem: optional(text(1_024)),
};

const readers = {
  snapshot: objectOf({
    view: objectOf({ at: number(), resources, flags, errors, agents, events, audit }),
    numbers,
    ...mark,
  }),
  delta: objectOf({
    at: number(),
    resources: optional(resources),
    numbers,
    figures: optional(objectOf({ of: listOf(whole(), limit) })),
    removed: keys,
    flags: optional(flags),
    errors: optional(errors),
    agents: optional(agents),
    gone: optional(objectOf({ flags: keys, errors: keys, agents: keys })),
    events: optional(events),
    audit: optional(audit),
    ...mark,
  }),
  refused: objectOf({ detail: text(2_048), field: optional(text()) }),
} as const;
