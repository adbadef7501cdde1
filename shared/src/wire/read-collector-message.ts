import { instant, readFlagValue } from './read-values.ts';
import type { BreakerOverride, CollectorMessage, DesiredState, FlagOverride } from './messages.ts';
import {
  listOf,
  number,
  objectOf,
  oneOf,
  optional,
  plainObject,
  type Reader,
  type Result,
  readJson,
  text,
  whole,
} from './read.ts';

/** Parses a frame from the collector: an agent trusts it no further than this. */
export function readCollectorMessage(frame: string): Result<CollectorMessage> {
  return readJson(readMessage, frame, 'frame');
}

const readMessage: Reader<CollectorMessage> = (input, place) => {
  const type = messageType(plainObject(input, place)['type'], `${place}.type`);
  switch (type) {
    case 'welcome':
      return { type, ...readWelcome(input, place) };
    case 'ack':
      return { type, ...readAck(input, place) };
    case 'desired':
      return { type, ...readDesired(input, place) };
    case 'refused':
      return { type, ...readRefused(input, place) };
    case 'pong':
      return { type, ...readPong(input, place) };
    case 'goaway':
      return { type, ...readGoaway(input, place) };
  }
};
const messageType = oneOf(['welcome', 'ack', 'desired', 'refused', 'pong', 'goaway']);

const readFlagOverride: Reader<FlagOverride> = objectOf({
  key: text(),
  value: readFlagValue,
  by: text(),
  reason: text(512),
  setAt: instant,
  expiresAt: instant,
});
const readBreakerOverride: Reader<BreakerOverride> = objectOf({
  id: text(),
  service: text(),
  instance: optional(text()),
  name: text(),
  state: oneOf(['forced_open', 'disabled', 'closed']),
  by: text(),
  reason: text(512),
  setAt: instant,
  expiresAt: instant,
});
/** What people have asked for. */
export const readDesiredState: Reader<DesiredState> = objectOf({
  version: whole(),
  flags: listOf(readFlagOverride, 1_000),
  breakers: listOf(readBreakerOverride, 1_000),
});

const readWelcome = objectOf({
  stored: whole(),
  dictionarySize: whole(),
  limits: objectOf({ batchBytes: whole(1_024), windowBatches: whole(1, 1_024) }),
  heartbeatMs: number(100, 600_000),
  now: instant,
  desired: optional(readDesiredState),
});
const readAck = objectOf({ stored: whole() });
const readDesired = objectOf({ desired: readDesiredState });
const readRefused = objectOf({ problem: text(1_024), seq: optional(whole()) });
const readPong = objectOf({ sentAt: instant, now: instant });
const readGoaway = objectOf({ reconnectAfterMs: number(0, 3_600_000), reason: text(512) });
