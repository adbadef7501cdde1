import { type LiveQuestion, replayLimits } from '@holdfast/shared';
import { usageFailure } from '../failure.ts';
import { readInstant } from './time-options.ts';

export const replayAtOption = [
  '--at <time>',
  'show the past once more from then on: a span such as 10m ago, a time such as 14:02, or a date',
] as const;
export const speedOption = [
  '--speed <times>',
  'with --at, so many times as fast as it went (default: 1)',
] as const;

/** `--at` and `--speed`, as a command got them. */
export interface ReplayOptions {
  readonly at?: string;
  readonly speed?: string;
}

/** What to ask the live feed for; of the present where no `--at` is given. */
export function readReplay({ at, speed }: ReplayOptions, now: number): LiveQuestion {
  if (at === undefined && speed !== undefined) throw usageFailure('--speed is for the past: give --at too');
  if (at === undefined) return {};
  const moment = readInstant('--at', at, now);
  if (moment > now) throw usageFailure(`--at must be in the past, got '${at}'`);
  return { at: String(Math.floor(moment)), speed: speed === undefined ? 1 : readSpeed(speed) };
}

function readSpeed(text: string): number {
  const { minSpeed, maxSpeed } = replayLimits;
  const speed = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (speed >= minSpeed && speed <= maxSpeed) return speed;
  throw usageFailure(`--speed must be a number from ${minSpeed} to ${maxSpeed}, got '${text}'`);
}
