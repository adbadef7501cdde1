import type { CollectorMessage, IngestAnswer } from '@holdfast/shared';

/**
 * Parses a frame from the collector: an agent trusts it no further than this. `undefined` for what is none of
 * its messages. Leaner than the readers of the collector, since nobody fixes a frame after what an agent says
 * of it.
 */
export function readMessage(frame: string): CollectorMessage | undefined {
  const fits: Check = (message) => messages.some((check) => check(message));
  return readWith(frame, fits) as CollectorMessage | undefined; // just checked
}

/** As `readMessage`, the answer to a request. */
export function readAnswer(body: string): IngestAnswer | undefined {
  return readWith(body, fitsAnswer) as IngestAnswer | undefined; // just checked
}

function readWith(text: string, fits: Check): unknown {
  try {
    const message: unknown = JSON.parse(text);
    return fits(message) ? message : undefined;
  } catch {
    return undefined;
  }
}

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === 'string' && value.length <= 1_024;
const number: Check = (value) => typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER;
const anything: Check = (value) => value !== undefined;

function oneOf(...values: readonly unknown[]): Check {
  return (value) => values.includes(value);
}

function optional(check: Check): Check {
  return (value) => value === undefined || check(value);
}

function listOf(check: Check): Check {
  return (value) => Array.isArray(value) && value.length <= 1_000 && value.every(check);
}

/** Fields that it does not know are no problem, so that newer collectors are understood. */
function objectOf(fields: Readonly<Record<string, Check>>): Check {
  return (value) =>
    typeof value === 'object' &&
    value !== null &&
    Object.entries(fields).every(([name, check]) => check(Reflect.get(value, name)));
}

const attribution = { by: text, reason: text, setAt: number, expiresAt: number };
const desired = objectOf({
  version: number,
  flags: listOf(objectOf({ key: text, value: anything, ...attribution })),
  breakers: listOf(
    objectOf({
      id: text,
      service: text,
      instance: optional(text),
      name: text,
      state: oneOf('forced_open', 'disabled', 'closed'),
      ...attribution,
    }),
  ),
});

const terms = {
  stored: number,
  dictionarySize: number,
  limits: objectOf({ batchBytes: number, windowBatches: number }),
  now: number,
  throttles: optional(objectOf({ sample: optional(number), rollup: optional(number) })),
  desired: optional(desired),
  auditHead: optional(text),
};
const fitsAnswer = objectOf({
  ...terms,
  problems: listOf(objectOf({ seq: optional(number), problem: text })),
});

const spread = optional(objectOf({ agents: number, perSecond: number }));

const messages: readonly Check[] = [
  objectOf({
    type: oneOf('welcome'),
    ...terms,
    heartbeatMs: number,
    caps: optional(listOf(text)),
    spread,
  }),
  objectOf({ type: oneOf('ack'), stored: number, throttles: terms.throttles }),
  objectOf({ type: oneOf('desired'), desired }),
  objectOf({ type: oneOf('refused'), problem: text, seq: optional(number) }),
  objectOf({ type: oneOf('pong'), sentAt: number, now: number, spread, auditHead: terms.auditHead }),
  objectOf({ type: oneOf('goaway'), reconnectAfterMs: number, reason: text }),
];
