import type { FlagValue } from '../vocabulary/resources.ts';
import { misfit, number, plainObject, type Reader } from './read.ts';

// Apart from the readers of events, so that an agent, which reads none, does not carry them.

/** Epoch milliseconds. */
export const instant: Reader<number> = number(0, 8.64e15);

/** A flag's value: true or false, text, a number, or a JSON object of at most 4 KiB. */
export const readFlagValue: Reader<FlagValue> = (input, place) => {
  if (typeof input === 'boolean' || typeof input === 'string') return input;
  if (typeof input === 'number' && Number.isFinite(input)) return input;
  plainObject(input, place);
  if (JSON.stringify(input).length > 4_096) return misfit(place, 'at most 4 KiB of JSON', 'more');
  return input as FlagValue; // JSON, so an object of JSON values
};
