import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isGone } from './errors.ts';
import { readRecords, type StoredRecord } from './record.ts';
import { aboutFile, resourcesFile, segmentEnding } from './run-folder.ts';
import type { RunEnd, RunIdentity } from './run-identity.ts';

/** What a run that has ended left on disk. */
export interface LeftRun {
  readonly identity: RunIdentity;
  /** Its resources as JSON, by their number. */
  readonly resources: readonly string[];
  /** The number behind its last batch, those included that are known to be lost. */
  readonly next: number;
  /** Where it could still say how it ended. */
  readonly end: RunEnd | undefined;
  /** Bytes on disk that are no batches any more. */
  readonly damagedBytes: number;
  /** Batches above this number without a hole, as many as stand in one file; none where none are left. */
  after(stored: number): Promise<readonly StoredRecord[]>;
}

interface Part {
  readonly file: string;
  readonly first: number;
  readonly last: number;
}

/** Reads a whole file. */
export type ReadFile = (file: string) => Promise<Buffer>;

/** Reads what stands in the folder of a run. Rejects where it does not say whose it is, or not now. */
export async function readLeftRun(folder: string, read: ReadFile = readFile): Promise<LeftRun> {
  const identity = await readIdentity(folder, read);
  const { resources, isWhole } = await readResources(folder, read);
  const parts: Part[] = [];
  let end: RunEnd | undefined;
  let damagedBytes = 0;
  let lastIsTorn = false;
  for (const file of await segmentsIn(folder)) {
    const found = readRecords(await read(file));
    damagedBytes += found.damagedBytes;
    lastIsTorn = found.isTorn;
    end = found.records.map(endOf).find((one) => one !== undefined) ?? end;
    const batches = found.records.filter(({ seq }) => seq > 0);
    const [first, last] = [batches[0], batches.at(-1)];
    if (!isWhole) for (const { frame } of batches) mendFrom(frame.toString('utf8'), resources);
    if (first !== undefined && last !== undefined) parts.push({ file, first: first.seq, last: last.seq });
  }
  parts.sort((a, b) => a.first - b.first);
  const behindLast = Math.max(1, ...parts.map(({ last }) => last + 1));
  // What is torn at the very end was at least one batch.
  const next = Math.max(end?.next ?? behindLast + (lastIsTorn ? 1 : 0), behindLast);
  for (let at = 0; at < resources.length; at += 1)
    resources[at] ??= `{"kind":"agent","name":"damaged-${at}"}`;
  return { identity, resources, next, end, damagedBytes, after: reader(parts, read) };
}

/** Who left this folder. Rejects where nobody can tell. */
export async function readIdentity(folder: string, read: ReadFile = readFile): Promise<RunIdentity> {
  const about: unknown = JSON.parse((await read(join(folder, aboutFile))).toString());
  const isOne =
    typeof about === 'object' &&
    about !== null &&
    ['service', 'instance', 'epoch'].every((field) => typeof Reflect.get(about, field) === 'string');
  if (isOne) return about as RunIdentity; // the collector looks at the rest
  throw new TypeError(`${aboutFile} does not say whose it is`);
}

/** The size of all segments in a folder. */
export async function segmentBytesIn(folder: string): Promise<number> {
  let bytes = 0;
  for (const file of await segmentsIn(folder)) bytes += (await stat(file)).size;
  return bytes;
}

/** In the order in which they were begun. */
async function segmentsIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory() && entry.name.endsWith(segmentEnding))
    .map(({ name }) => join(folder, name))
    .sort();
}

/** What is lost of them is a hole. */
async function readResources(
  folder: string,
  read: ReadFile,
): Promise<{ readonly resources: string[]; readonly isWhole: boolean }> {
  const resources: string[] = [];
  const file = await read(join(folder, resourcesFile)).catch((error: unknown) => {
    if (isGone(error)) return Buffer.alloc(0);
    throw error;
  });
  const { records, damagedBytes } = readRecords(file);
  for (const { frame } of records) {
    introduce(resources, JSON.parse(frame.toString('utf8')) as Introduction); // as written
  }
  return { resources, isWhole: damagedBytes === 0 && records.length > 0 };
}

/** As many as a collector takes of one run. */
const maxResources = 2_000;

interface Introduction {
  readonly from: number;
  readonly add: readonly object[];
}

function introduce(resources: string[], { from, add }: Introduction): void {
  add.forEach((resource, index) => (resources[from + index] = JSON.stringify(resource)));
}

/** A batch says what it introduces itself, and which numbers there have to be. */
function mendFrom(batch: string, resources: string[]): void {
  for (const [, named = ''] of batch.matchAll(/"(?:resource|from)":\[?(\d[\d,]*)/g)) {
    const highest = Math.max(...named.split(',').map(Number));
    resources.length = Math.max(resources.length, Math.min(highest + 1, maxResources));
  }
  if (!batch.includes('"dictionary":{')) return;
  const { dictionary } = JSON.parse(batch) as { dictionary?: Introduction }; // as it was sealed
  if (dictionary !== undefined) introduce(resources, dictionary);
}

function endOf({ seq, frame }: StoredRecord): RunEnd | undefined {
  return seq === 0 ? (JSON.parse(frame.toString('utf8')) as RunEnd) : undefined; // as written
}

function reader(parts: readonly Part[], read: ReadFile): LeftRun['after'] {
  let held: { readonly file: string; readonly records: readonly StoredRecord[] } | undefined;
  const recordsOf = async (file: string): Promise<readonly StoredRecord[]> => {
    if (held?.file !== file) held = { file, records: readRecords(await read(file)).records };
    return held.records;
  };
  return async (stored) => {
    for (const { file, last } of parts) {
      if (last <= stored) continue;
      const batches = (await recordsOf(file)).filter(({ seq }) => seq > Math.max(0, stored));
      if (batches.length > 0) return withoutHole(batches);
    }
    return [];
  };
}

function withoutHole([first, ...rest]: readonly StoredRecord[]): StoredRecord[] {
  if (first === undefined) return [];
  const whole = [first];
  let { seq } = first;
  for (const batch of rest) {
    if (batch.seq > seq + 1) break;
    if (batch.seq === seq + 1) whole.push(batch);
    seq = batch.seq;
  }
  return whole;
}
