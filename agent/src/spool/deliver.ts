import type { AgentMessage, IngestAnswer } from '@holdfast/shared';
import type { LeftRun } from './left-run.ts';

/** Brings the lines of a request to the collector. Rejects where there is no answer that can be read. */
export type Ask = (lines: readonly Uint8Array[]) => Promise<IngestAnswer>;

/**
 * Tells the collector what a run left, from where the collector is with it: batches as they were sealed, and
 * what is lost of them as a gap. Resolves once all of it is stored; rejects where that cannot be now.
 */
export async function deliver(run: LeftRun, { ask, now }: { ask: Ask; now: () => number }): Promise<void> {
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
    const batches = await run.after(stored);
    const last = batches.at(-1)?.seq ?? run.next - 1;
    const introduced = introductions(run.resources, dictionarySize);
    const isLast = last === run.next - 1 && introduced.isWhole;
    answer = await ask([
      hello(batches[0]?.seq ?? run.next),
      ...introduced.frames,
      ...(introduced.isWhole ? batches.map(({ frame }) => frame) : []),
      ...(isLast && run.end?.clean === true ? [encode({ type: 'bye', last })] : []),
    ]);
    const isMoving = answer.stored > stored || answer.dictionarySize > dictionarySize;
    stalls = isMoving ? 0 : stalls + 1;
    if (stalls > maxStalls) throw new Error(`the collector does not take what follows batch ${stored}`);
  }
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
/** With a segment's batches beside it still below what a request may hold. */
const maxIntroductionBytes = 524_288;
/** A collector that knew nothing of the resources takes batches the second time. */
const maxStalls = 3;

function encode(message: AgentMessage): Uint8Array {
  return Buffer.from(JSON.stringify(message));
}
