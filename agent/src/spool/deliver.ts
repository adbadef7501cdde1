import type { AgentMessage, IngestAnswer } from '@holdfast/shared';
import type { LeftRun } from './left-run.ts';
import type { StoredRecord } from './record.ts';

/** Brings the lines of a request to the collector. Rejects where there is no answer that can be read. */
export type Ask = (lines: readonly Uint8Array[], signal: AbortSignal) => Promise<IngestAnswer>;

/** The collector says that it will not take this, and why. */
export class Refused extends Error {}

export interface DeliverOptions {
  readonly now: () => number;
  readonly ask: (lines: readonly Uint8Array[]) => Promise<IngestAnswer>;
  /** Called for each batch that the collector put away as unreadable. */
  readonly refused: () => void;
}

/**
 * Tells the collector what a run left, from where the collector is with it: batches as they were sealed, and
 * what is lost of them as a gap. Resolves once all of it is stored; rejects where that cannot be now.
 */
export async function deliver(run: LeftRun, { ask, now, refused }: DeliverOptions): Promise<void> {
  const hello = (first: number): Uint8Array =>
    encode({
      ...run.identity,
      type: 'hello',
      protocol: 1,
      first,
      next: run.next,
      desiredVersion: 0,
      sentAt: now(),
      past: true,
    });
  const [earliest] = await run.after(run.end?.stored ?? 0);
  // Nothing is told of what comes before the first that is left but that it is not here any more.
  let answer = await ask([hello(earliest?.seq ?? run.next)]);
  for (let stalls = 0; answer.stored < run.next - 1; ) {
    const { stored, dictionarySize } = answer;
    const batches = asManyAsFit(await run.after(stored));
    const last = batches.at(-1)?.seq ?? run.next - 1;
    const introduced = introductions(run.resources, dictionarySize);
    const isLast = last === run.next - 1 && introduced.isWhole;
    answer = await ask([
      hello(batches[0]?.seq ?? run.next),
      ...introduced.frames,
      ...(introduced.isWhole ? batches.map(({ frame }) => frame) : []),
      ...(isLast && run.end?.clean === true ? [encode({ type: 'bye', last })] : []),
    ]);
    for (const { seq } of answer.problems) if (seq !== undefined && seq <= answer.stored) refused();
    const isMoving = answer.stored > stored || answer.dictionarySize > dictionarySize;
    stalls = isMoving ? 0 : stalls + 1;
    if (stalls > maxStalls) throw new Refused(`the collector does not take what follows batch ${stored}`);
  }
}

function asManyAsFit(batches: readonly StoredRecord[]): readonly StoredRecord[] {
  let bytes = 0;
  const count = batches.findIndex(({ frame }) => (bytes += frame.length) > maxBatchBytes);
  return count < 0 ? batches : batches.slice(0, Math.max(1, count));
}

/** Frames that introduce resources from a number on, as many as fit one request beside its batches. */
function introductions(
  resources: readonly string[],
  known: number,
): { readonly frames: Uint8Array[]; readonly isWhole: boolean } {
  const frames: Uint8Array[] = [];
  let from = known;
  for (let bytes = 0; from < resources.length && bytes < maxIntroductionBytes; ) {
    const part: string[] = [];
    const start = from;
    for (let room = introductionBytes; from < resources.length && room > 0; from += 1) {
      part.push(resources[from] ?? '');
      room -= Buffer.byteLength(part.at(-1) ?? '') + 1;
    }
    const frame = Buffer.from(`{"type":"dictionary","from":${start},"add":[${part.join(',')}]}`);
    bytes += frame.length;
    frames.push(frame);
  }
  return { frames, isWhole: from >= resources.length };
}

/** With the last of them still below what a frame may hold. */
const introductionBytes = 131_072;
/** With the batches beside it still below the megabyte that a proxy lets through. */
const maxIntroductionBytes = 262_144;
const maxBatchBytes = 524_288;
/** A collector that knew nothing of the resources takes batches the second time. */
const maxStalls = 3;

function encode(message: AgentMessage): Uint8Array {
  return Buffer.from(JSON.stringify(message));
}
