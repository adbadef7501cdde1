import type { Clock } from '@holdfast/shared';
import { type FileHandle, open, readFile, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { SealedBatch } from '../stream/seal.ts';
import type { Shelf, ShelvedBatch } from '../stream/shelf.ts';
import type { Disk } from './disk.ts';
import { errorOf, isGone } from './errors.ts';
import { readRecords, recordOf, recordOverhead, type StoredRecord } from './record.ts';
import { fileMode, type RunFolder, resourcesFile } from './run-folder.ts';
import type { RunEnd } from './run-identity.ts';

export interface SegmentsOptions {
  readonly folder: RunFolder;
  readonly disk: Disk;
  readonly clock: Clock;
  /** All resources of the agent as JSON, by their number; more may come. */
  readonly dictionary: readonly string[];
  /** What the files may take at most, asked anew each time, in bytes. */
  readonly maxBytes: () => number;
  /** Called when the disk fails, and when it fails in another way. */
  readonly failed: (problem: string) => void;
}

interface Segment {
  readonly path: string;
  bytes: number;
  lastSeq: number;
  /** Attempts to read it, one after the other, that have failed. */
  failures: number;
}

/**
 * The batches of this run on disk, in segments of a mebibyte that are only ever appended to. What is put here
 * is written and synced as soon as the disk has done with what came before. A disk that fails is tried again
 * after a while; until then nothing more is taken.
 */
export class Segments implements Shelf {
  readonly #options: SegmentsOptions;
  readonly #segments: Segment[] = [];
  #current: { readonly segment: Segment; readonly handle: FileHandle } | undefined;
  /** By number: what is not known to be on disk. */
  readonly #unwritten = new Map<number, SealedBatch>();
  #unwrittenBytes = 0;
  /** Numbers of batches that there was no room for; never more than a window. */
  #refused: readonly number[] = [];
  /** Resources that batches name, and how many of them are in the file that is open. */
  #neededCount = 0;
  #introducedCount = 0;
  #resourceBytes = 0;
  #resources: FileHandle | undefined;
  #writing: Promise<void> | undefined;
  #problem: string | undefined;
  #retryMs = 0;
  #isHalted = false;
  #fetched:
    | { readonly segment: Segment; readonly upTo: number; records: readonly StoredRecord[] }
    | undefined;

  constructor(options: SegmentsOptions) {
    this.#options = options;
  }

  get hasRoom(): boolean {
    return this.problem === undefined && this.#unwrittenBytes < maxUnwrittenBytes && !this.isFull;
  }

  get isFull(): boolean {
    return this.bytes + this.#unwrittenBytes >= this.#options.maxBytes();
  }

  /** Why the disk takes nothing now, in words. */
  get problem(): string | undefined {
    return this.#options.disk.problem ?? this.#problem;
  }

  get bytes(): number {
    return this.#segments.reduce((sum, { bytes }) => sum + bytes, this.#resourceBytes);
  }

  /** Batches that the collector has not got and that are not known to be on disk. */
  get unwrittenCount(): number {
    return this.#unwritten.size + this.#refused.length;
  }

  put(batch: SealedBatch): void {
    this.#neededCount = batch.introducedAfter;
    if (!this.hasRoom) {
      this.#refused = [...this.#refused, batch.seq];
      return;
    }
    this.#unwritten.set(batch.seq, batch);
    this.#unwrittenBytes += sizeOf(batch);
    this.#write();
  }

  next(after: number): ShelvedBatch | Promise<void> | undefined {
    for (const segment of this.#segments) {
      if (segment.lastSeq <= after) continue;
      const fetched = this.#fetched?.segment === segment ? this.#fetched : undefined;
      const found = fetched?.records.find(({ seq }) => seq > after);
      if (found !== undefined) return found;
      if (fetched === undefined || fetched.upTo < segment.lastSeq) return this.#fetch(segment);
    }
    for (const batch of this.#unwritten.values()) if (batch.seq > after) return batch;
    return undefined;
  }

  release(stored: number): void {
    this.#refused = this.#refused.filter((seq) => seq > stored);
    for (const batch of this.#unwritten.values()) if (batch.seq <= stored) this.#forget(batch);
    for (const segment of this.#segments.filter(({ lastSeq }) => lastSeq <= stored)) {
      if (segment !== this.#current?.segment) this.#drop(segment);
    }
  }

  /** Tries again where the disk failed a while ago. */
  retry(): void {
    if (this.#problem === undefined || this.#options.clock.monotonic() < this.#retryMs) return;
    if (this.#unwritten.size > 0) this.#write();
    else this.#problem = undefined;
  }

  /** Resolves once nothing is being written any more. */
  async settled(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
  }

  /** Writes how the run ended, behind what was put here. */
  async end(end: RunEnd): Promise<void> {
    await this.settled();
    await this.#options.disk.do(async () => {
      const { handle } = await this.#options.folder.addSegment();
      await handle.appendFile(Buffer.concat(endRecord(end)));
      await handle.datasync();
      await handle.close();
    });
  }

  /** Nothing more is begun: the process ends. */
  halt(): void {
    this.#isHalted = true;
  }

  /** As `end`, at the end of the process, with all that is not known to be on disk. */
  endSync(end: RunEnd): void {
    const batches = [...this.#unwritten.values()].flatMap(({ seq, frame }) => recordOf(seq, frame));
    // In a file of its own: whether and where the other is being written, nobody knows.
    this.#options.folder.addSegmentSync([...batches, ...endRecord(end)]);
  }

  async close(): Promise<void> {
    await this.settled();
    await this.#options.disk.do(() => this.#letGo());
  }

  #write(): void {
    if (this.#isHalted) return;
    this.#writing ??= this.#writeAll()
      .catch((error: unknown) => this.#fail(error))
      .finally(() => (this.#writing = undefined));
  }

  async #writeAll(): Promise<void> {
    while (this.#unwritten.size > 0) await this.#options.disk.do(() => this.#writeGroup());
  }

  async #writeGroup(): Promise<void> {
    await this.#options.folder.make();
    await this.#writeResources();
    const { segment, handle } = await this.#segmentForNext();
    const group = this.#nextGroup(segmentBytes - segment.bytes);
    await handle.appendFile(Buffer.concat(group.flatMap(({ seq, frame }) => recordOf(seq, frame))));
    await handle.datasync();
    for (const batch of group) {
      segment.bytes += sizeOf(batch);
      segment.lastSeq = Math.max(segment.lastSeq, batch.seq);
      this.#forget(batch);
    }
    this.#problem = undefined;
  }

  /** Before the batches that name them. */
  async #writeResources(): Promise<void> {
    const from = this.#introducedCount;
    const added = this.#options.dictionary.slice(from, this.#neededCount);
    if (added.length === 0) return;
    const file = join(this.#options.folder.path, resourcesFile);
    // Behind what failed nothing is appended: it would grow with each attempt.
    const handle = (this.#resources ??= await open(`${file}.new`, 'w', fileMode));
    const record = Buffer.concat(
      recordOf(from + 1, Buffer.from(`{"from":${from},"add":[${added.join(',')}]}`)),
    );
    await handle.appendFile(record);
    await handle.datasync();
    if (from === 0) await rename(`${file}.new`, file);
    this.#resourceBytes = record.length + (from === 0 ? 0 : this.#resourceBytes);
    this.#introducedCount += added.length;
  }

  async #segmentForNext(): Promise<{ readonly segment: Segment; readonly handle: FileHandle }> {
    const [first] = this.#nextGroup(0);
    const current = this.#current;
    if (first && current && current.segment.bytes + sizeOf(first) <= segmentBytes) return current;
    this.#current = undefined;
    await current?.handle.close();
    const { path: file, handle } = await this.#options.folder.addSegment();
    const segment = { path: file, bytes: 0, lastSeq: 0, failures: 0 };
    this.#segments.push(segment);
    this.#current = { segment, handle };
    return this.#current;
  }

  /** The next batches, as many as fit; at least one. */
  #nextGroup(roomBytes: number): SealedBatch[] {
    const group: SealedBatch[] = [];
    let bytes = 0;
    for (const batch of this.#unwritten.values()) {
      bytes += sizeOf(batch);
      if (group.length > 0 && bytes > roomBytes) break;
      group.push(batch);
    }
    return group;
  }

  #forget(batch: SealedBatch): void {
    if (this.#unwritten.delete(batch.seq)) this.#unwrittenBytes -= sizeOf(batch);
  }

  async #fail(error: unknown): Promise<void> {
    const problem = errorOf(error).message;
    const isNews = this.#problem !== problem;
    this.#problem = problem;
    this.#retryMs = this.#options.clock.monotonic() + retryAfterMs;
    if (isNews) this.#options.failed(problem);
    const begun = this.#current?.segment;
    await this.#letGo();
    if (begun?.lastSeq === 0) this.#drop(begun);
    // The folder itself may be gone.
    this.#options.folder.makeAgain();
  }

  /** What was begun is not gone on with: it may end in half a record. */
  async #letGo(): Promise<void> {
    const handles = [this.#current?.handle, this.#resources];
    this.#current = undefined;
    this.#resources = undefined;
    this.#introducedCount = 0;
    for (const handle of handles) await handle?.close().catch(() => {}); // of no more use either way
  }

  /** Never rejects: what is not there any more is passed over, what cannot be read now is tried again. */
  async #fetch(segment: Segment): Promise<void> {
    const upTo = segment.lastSeq;
    let records: readonly StoredRecord[] = [];
    try {
      records = readRecords(await this.#options.disk.do(() => readFile(segment.path))).records;
      segment.failures = 0;
    } catch (error) {
      if (!this.#segments.includes(segment)) return; // acknowledged meanwhile
      segment.failures += 1;
      if (segment.failures === 1) this.#options.failed(errorOf(error).message);
      if (!isGone(error) && segment.failures < maxFailures) return this.#pause();
    }
    if (!this.#segments.includes(segment)) return;
    this.#fetched = { segment, upTo, records };
    // What is damaged at its end is not looked for again.
    if (segment.lastSeq === upTo) segment.lastSeq = records.at(-1)?.seq ?? 0;
  }

  async #pause(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#options.clock.setTimeout(resolve, retryAfterMs);
    });
  }

  #drop(segment: Segment): void {
    this.#segments.splice(this.#segments.indexOf(segment), 1);
    if (this.#fetched?.segment === segment) this.#fetched = undefined;
    unlink(segment.path).catch(() => {}); // the collector tells the next process that it has all of this
  }
}

const segmentBytes = 1_048_576;
/** What may wait for a slow disk. */
const maxUnwrittenBytes = 1_048_576;
const retryAfterMs = 10_000;
/** For five minutes it may be that files cannot be opened; then it is the disk. */
const maxFailures = 30;

function sizeOf({ frame }: SealedBatch): number {
  return frame.length + recordOverhead;
}

function endRecord(end: RunEnd): Uint8Array[] {
  return recordOf(0, Buffer.from(JSON.stringify(end)));
}
