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
} from '../wire/read.ts';
import type { LiveMessage } from './live-message.ts';

/**
 * Parses a frame of `/api/v1/live`. The collector built it from values that were parsed on their way in, so
 * only what a reader's first steps rely on is looked at again.
 */
export function readLiveMessage(frame: string): Result<LiveMessage> {
  return readJson(liveMessage, frame, 'the message');
}

const liveMessage: Reader<LiveMessage> = (input, place) => {
  const { type } = objectOf({ type: oneOf(['snapshot', 'delta']) })(input, place);
  if (type === 'snapshot') snapshot(input, place);
  else delta(input, place);
  return input as LiveMessage; // what is used first was just checked
};

const limit = 100_000;
const resources = listOf(objectOf({ address: text(512) }), limit);
const flags = listOf(objectOf({ key: text() }), limit);
const errors = listOf(objectOf({ address: text(512) }), limit);
const agents = listOf(objectOf({ service: text(), instance: text() }), limit);
const events = listOf(objectOf({ id: text(), at: number() }), limit);
const audit = listOf(objectOf({ id: number(), at: number() }), limit);

const snapshot = objectOf({
  view: objectOf({ at: number(), resources, flags, errors, agents, events, audit }),
});

const delta = objectOf({
  at: number(),
  resources: optional(resources),
  removed: optional(listOf(text(512), limit)),
  flags: optional(flags),
  errors: optional(errors),
  agents: optional(agents),
  events: optional(events),
  audit: optional(audit),
});
