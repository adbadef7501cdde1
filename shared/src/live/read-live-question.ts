import { maxFilterLength } from '../filter/parse-filter.ts';
import { number, objectOf, oneOf, optional, read, type Result, readJson, text } from '../wire/read.ts';
import { type LiveMessage, type LiveQuestion, replayLimits } from './live-message.ts';

const fields = {
  q: optional(text(maxFilterLength)),
  cursor: optional(text()),
  at: optional(moment),
  speed: optional(number(replayLimits.minSpeed, replayLimits.maxSpeed)),
};

/** Parses what a reader sends: `{ "type": "subscribe" }` with the question beside it. */
export function readLiveRequest(frame: string): Result<LiveQuestion> {
  return readJson(objectOf({ type: oneOf(['subscribe']), ...fields }), frame, 'the message');
}

/** The question in the query of the feed's address; `get` gives a value of it by name. */
export function readLiveQuery(get: (name: string) => string | undefined): Result<LiveQuestion> {
  const given = { q: get('q'), cursor: get('cursor'), at: get('at'), speed: numeric(get('speed')) };
  return read(objectOf(fields), given, 'the query');
}

/** What is no number stays as it is: the refusal quotes it. */
function numeric(value: string | undefined): unknown {
  return value === undefined || value.trim() === '' || Number.isNaN(Number(value)) ? value : Number(value);
}

/** The query that asks a question, with its `?`; empty where there is none. */
export function liveQueryOf(question: LiveQuestion): string {
  const parts = Object.entries(question).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}

/** What to ask for after a break: only what changed since a message, or the past from there on. */
export function liveQuestionAfter(message: LiveMessage, q?: string): LiveQuestion {
  const { cursor, replay } = message;
  const at = message.type === 'snapshot' ? message.view.at : message.at;
  return {
    ...(q === undefined ? {} : { q }),
    ...(cursor === undefined ? {} : { cursor }),
    ...(replay === undefined ? {} : { at: String(at), speed: replay.speed }),
  };
}

function moment(input: unknown, place: string): string {
  return typeof input === 'number' ? String(input) : text(64)(input, place);
}
