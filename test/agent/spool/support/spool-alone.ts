import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { FakeClock } from '@holdfast/agent/testing';
import { makeFolder } from '../../../../agent/src/spool/make-folder.ts';
import { Spool, type SpoolOptions } from '../../../../agent/src/spool/spool.ts';
import { Backoff } from '../../../../agent/src/stream/backoff.ts';
import { Outbox } from '../../../../agent/src/stream/outbox.ts';
import { Pulse } from '../../../../agent/src/stream/pulse.ts';
import { readAnswer } from '../../../../agent/src/stream/read-message.ts';
import { Recorder } from '../../../../agent/src/telemetry/recorder.ts';
import type { Scope } from '../../../support/scope.ts';

export interface SpoolAlone {
  readonly spool: Spool;
  readonly recorder: Recorder;
  readonly outbox: Outbox;
  readonly clock: FakeClock;
  readonly faults: unknown[];
}

/** A spool without an agent around it, in a real folder, on a clock of the test. */
export function spoolAlone(scope: Scope, options: Partial<SpoolOptions> & { directory: string }): SpoolAlone {
  const clock = new FakeClock(1_700_000_000_000);
  const faults: unknown[] = [];
  const internalError = (error: unknown): void => void faults.push(error);
  const recorder = new Recorder({ clock, maxBytes: 262_144, internalError });
  const outbox = new Outbox({ recorder, clock, maxBytes: 262_144 });
  const spool = new Spool({
    maxBytes: 2_097_152,
    clock,
    recorder,
    outbox,
    identity: () => ({
      service: 'shop',
      instance: 'a',
      epoch: 'e',
      tags: {},
      agentVersion: '1',
      startedAt: 0,
    }),
    post: undefined,
    goAhead: () => {},
    internalError,
    createPulse: (beat, everyMs) => new Pulse(clock, beat, everyMs),
    readAnswer,
    makeFolder,
    backoff: new Backoff(() => 0.5),
    ...options,
  });
  scope.onEnd(() => spool.close());
  return { spool, recorder, outbox, clock, faults };
}

/** Lets time pass no faster than the disk does what it is asked. */
export async function pass({ clock }: SpoolAlone, directory: string, ms: number): Promise<void> {
  const file = path.join(directory, 'passing');
  for (let passedMs = 0; passedMs < ms; passedMs += 1_000) {
    await clock.advance(Math.min(1_000, ms - passedMs));
    for (let turn = 0; turn < 2; turn++) await writeFile(file, '.', { flush: true });
  }
  await rm(file);
}
